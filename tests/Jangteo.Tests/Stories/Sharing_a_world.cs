using Jangteo.Demo;
using Jangteo.Kinds;
using Jangteo.Stories;

namespace Jangteo.Tests.Stories;

public sealed class Sharing_a_world
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly Log log = new();

    [Fact]
    public async Task The_clock_goes_forward_once_when_every_story_has_come_to_it()
    {
        var world = new SharedWorld(log, 3);

        var first = world.Forward("3d", Ct);
        var second = world.Forward("3d", Ct);
        Assert.Empty(log.Happened);
        Assert.False(first.IsCompleted);

        await world.Forward("3d", Ct);
        await Task.WhenAll(first, second);
        Assert.Equal(["3d"], log.Happened);
    }

    [Fact]
    public async Task Nobody_waits_for_a_story_that_is_over()
    {
        var world = new SharedWorld(log, 2);

        var waiting = world.Forward("3d", Ct);
        world.Leave();

        await waiting;
        Assert.Equal(["3d"], log.Happened);
    }

    [Fact]
    public async Task What_the_world_refuses_is_told_to_every_story()
    {
        var world = new SharedWorld(new Stubborn(), 2);

        var first = world.Switch("payments-down", true, Ct);
        var second = world.Switch("payments-down", true, Ct);

        await Assert.ThrowsAsync<DifferenceException>(() => first);
        await Assert.ThrowsAsync<DifferenceException>(() => second);
    }

    [Fact]
    public void Stories_that_do_different_things_to_the_world_are_never_on_the_stage_together()
    {
        var folder = Path.Combine(Repository.Root, "kinds");
        var stories = StoryReader.ReadAll(folder, KindReader.Read(folder).Value!).Value!;

        var groups = Stage.Groups(stories);

        Assert.Equal(stories.Count, groups.Sum(group => group.Length));
        Assert.All(groups, group => Assert.Single(group.Select(story => story.World).Distinct()));
        Assert.Equal("", groups[0][0].World);
    }

    private sealed class Log : IWorld
    {
        public List<string> Happened { get; } = [];

        public Task Forward(string span, CancellationToken ct)
        {
            Happened.Add(span);
            return Task.CompletedTask;
        }

        public Task Switch(string fault, bool on, CancellationToken ct)
        {
            Happened.Add($"{fault} {on}");
            return Task.CompletedTask;
        }
    }

    private sealed class Stubborn : IWorld
    {
        public Task Forward(string span, CancellationToken ct) => throw new DifferenceException("no clock here");

        public Task Switch(string fault, bool on, CancellationToken ct) => throw new DifferenceException("no faults here");
    }
}
