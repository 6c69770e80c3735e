using System.Collections.Immutable;
using Jangteo.Stories;

namespace Jangteo.Demo;

/// <summary>
/// Plays many stories on one market. All of them share one clock and one set of faults, so those that do the same to the world are played side by
/// side, and one such group after the other.
/// </summary>
internal sealed class Stage(StoryPlayer player, IWorld world)
{
    /// <summary>Side by side without a fault or a clock between them: enough to keep a small machine busy, and few enough to be no load test.</summary>
    private const int AtOnce = 8;

    /// <summary>Groups in the order in which they are played: those that leave the world alone first, then the larger ones.</summary>
    public static ImmutableArray<ImmutableArray<Story>> Groups(IEnumerable<Story> stories) =>
    [
        .. stories.GroupBy(story => story.World).OrderBy(group => group.Key.Length > 0).ThenByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.ToImmutableArray()),
    ];

    /// <summary>Plays all of them.</summary>
    /// <param name="reached">Told of the step that a story is at, and of the state seen last. Called from several threads.</param>
    /// <param name="over">Told when a story is over. Called from several threads.</param>
    public async Task<IReadOnlyList<Played>> Play(IReadOnlyList<Story> stories, Action<Story, int, string> reached, Action<Played> over, CancellationToken ct)
    {
        var all = new List<Played>();
        foreach (var group in Groups(stories))
        {
            // A group that meets must be on the stage as a whole; one that has nothing to wait for goes on in turns.
            var shared = new SharedWorld(world, group.Length);
            using var places = new SemaphoreSlim(group[0].World.Length > 0 ? group.Length : AtOnce);
            all.AddRange(await Task.WhenAll(group.Select(story => PlayOne(story, shared, places, reached, over, ct))));
            await MendWhatStoriesBroke(group, ct);
        }

        return all;
    }

    private async Task<Played> PlayOne(Story story, SharedWorld shared, SemaphoreSlim places, Action<Story, int, string> reached, Action<Played> over, CancellationToken ct)
    {
        await places.WaitAsync(ct);
        try
        {
            var played = await player.Play(story, shared, (at, state) => reached(story, at, state), ct);
            over(played);
            return played;
        }
        finally
        {
            shared.Leave();
            places.Release();
        }
    }

    /// <summary>A story that differed may have stopped with its fault on, and the next group must not suffer from it.</summary>
    private async Task MendWhatStoriesBroke(ImmutableArray<Story> group, CancellationToken ct)
    {
        foreach (var fault in group.SelectMany(story => story.Steps).OfType<Jangteo.Stories.Step.Switch>().Select(step => step.Fault).Distinct())
        {
            await world.Switch(fault, false, ct);
        }
    }
}
