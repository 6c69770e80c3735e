using Jangteo.Notices;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Notices;

/// <summary>Which messages are given to a carrier in one turn.</summary>
public sealed class Taking_turns
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    private readonly MovedClock machine = new();
    private readonly CarrierTurns turns;

    public Taking_turns()
    {
        machine.Stand();
        turns = new CarrierTurns(machine);
    }

    [Fact]
    public void Whoever_is_not_taken_is_tried_after_those_who_wait_longer_for_a_try()
    {
        Guid[] people = [.. Enumerable.Range(0, 5).Select(_ => Guid.NewGuid())];

        var first = Turn(people);
        var second = Turn([.. people.Except(turns.Held), .. turns.Held]);

        Assert.Equal(people[..3], first);
        Assert.Equal([people[3], people[4], people[0]], second);
        Assert.Equal([people[1], people[2], people[3], people[4], people[0]], turns.Held);
    }

    [Fact]
    public void A_turn_ends_long_before_it_would_count_as_stuck()
    {
        turns.Begin();
        machine.Forward(TimeSpan.FromSeconds(9));
        turns.Taken(Guid.NewGuid());
        Assert.False(turns.IsOver);

        machine.Forward(TimeSpan.FromSeconds(2));

        Assert.True(turns.IsOver);
        Assert.Equal(TimeSpan.Zero, turns.End([], areAll: true, Poll));
    }

    [Fact]
    public void Whoever_has_nothing_to_wait_for_any_more_is_forgotten()
    {
        var gone = Guid.NewGuid();
        Turn([gone]);
        turns.Begin();

        Assert.Equal(Poll, turns.End([], areAll: true, Poll));
        Assert.Empty(turns.Held);
    }

    [Fact]
    public void The_rests_of_a_carrier_that_takes_nothing_grow_to_two_seconds()
    {
        var rests = Enumerable.Range(0, 6).Select(_ =>
        {
            turns.Begin();
            turns.NotTaken(Guid.NewGuid());
            return turns.End([], areAll: false, Poll);
        });

        Assert.Equal([100, 200, 400, 800, 1_600, 2_000], rests.Select(rest => rest.TotalMilliseconds));
        turns.Begin();
        Assert.Equal(Poll, turns.End([], areAll: true, Poll));
        Assert.Equal(TimeSpan.Zero, turns.Rest);
    }

    /// <summary>A turn in which nothing is taken; answers who was tried.</summary>
    private List<Guid> Turn(Guid[] people)
    {
        var tried = new List<Guid>();
        turns.Begin();
        foreach (var person in people.TakeWhile(_ => !turns.IsOver))
        {
            tried.Add(person);
            turns.NotTaken(person);
        }

        turns.End(people, areAll: true, Poll);
        return tried;
    }
}
