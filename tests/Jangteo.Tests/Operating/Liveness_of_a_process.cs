using System.Diagnostics;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Split;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jangteo.Tests.Operating;

/// <summary>A process says by itself when it has to be replaced; one that says nothing is told from one that is busy.</summary>
public sealed class Liveness_of_a_process
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly LivenessSettings Soon = new() { StuckAfter = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public void A_process_that_was_ready_stays_so_until_it_has_been_late_three_times_in_a_row()
    {
        var readiness = new Readiness();

        Assert.Equal(
            [false, true, true, true, true, true, true, false, false, true, false],
            new bool?[] { null, true, null, null, true, null, null, null, null, true, false }.Select(readiness.Note));
    }

    [Fact]
    public async Task Only_so_many_processes_start_at_a_time_and_a_start_is_over_once()
    {
        var turns = new StartTurns(2);
        var (first, second) = (await turns.Take(Ct), await turns.Take(Ct));
        var (third, fourth) = (turns.Take(Ct), turns.Take(Ct));
        Assert.False(third.IsCompleted || fourth.IsCompleted);

        first.Dispose();
        first.Dispose();

        await third;
        Assert.False(fourth.IsCompleted);
        second.Dispose();
        await fourth;
    }

    [Fact]
    public async Task A_loop_whose_turn_does_not_end_is_stuck_until_it_ends()
    {
        var ends = new TaskCompletionSource();
        var loop = new Loop("the relay", new Bell(), async _ =>
        {
            await ends.Task;
            return TimeSpan.FromHours(1);
        }, NullLogger.Instance);
        await loop.StartAsync(Ct);

        var liveness = new Liveness([loop], Soon);
        await Become(liveness, isTroubled: true);
        Assert.StartsWith("the relay has made no progress for", liveness.Trouble(), StringComparison.Ordinal);

        ends.SetResult();
        await Become(liveness, isTroubled: false);
        await loop.StopAsync(Ct);
    }

    [Fact]
    public async Task A_loop_that_fails_again_and_again_is_not_stuck()
    {
        var turns = 0;
        var loop = new Loop("the relay", new Bell(), _ =>
        {
            turns++;
            throw new TimeoutException("The database is away.");
        }, NullLogger.Instance);
        await loop.StartAsync(Ct);
        var liveness = new Liveness([loop], Soon);

        while (Volatile.Read(ref turns) < 4)
        {
            Assert.Null(liveness.Trouble());
            await Task.Delay(5, Ct);
        }

        await loop.StopAsync(Ct);
    }

    [Fact]
    public async Task A_loop_that_makes_progress_within_a_turn_is_not_stuck_and_one_with_long_turns_never_is()
    {
        var progress = new TaskCompletionSource();
        Loop? steps = null;
        steps = new Loop("a reader", new Bell(), async ct =>
        {
            for (var step = 0; step < 20; step++)
            {
                steps!.MakeProgress();
                await Task.Delay(10, ct);
            }

            progress.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
            return TimeSpan.Zero;
        }, NullLogger.Instance)
        {
            HasLongTurns = true,
        };
        await steps.StartAsync(Ct);
        await progress.Task.WaitAsync(Ct);

        Assert.True(steps.WithoutProgress < TimeSpan.FromMilliseconds(150), $"{steps.WithoutProgress}");
        while (steps.WithoutProgress < Soon.StuckAfter)
        {
            await Task.Delay(5, Ct);
        }

        Assert.Null(new Liveness([steps], Soon).Trouble());
        await steps.StopAsync(Ct);
    }

    [Fact]
    public void A_process_with_more_memory_than_it_may_use_has_to_be_replaced()
    {
        Assert.Contains("MB of memory, of 1 MB at most", new Liveness([], new() { Memory = 1 << 20 }).Trouble(), StringComparison.Ordinal);
        Assert.Null(new Liveness([], new() { Memory = 1L << 50 }).Trouble());
    }

    [Theory]
    [InlineData("536870912\n", 536870912L)]
    [InlineData("max\n", null)]
    [InlineData("9223372036854771712\n", null)]
    public void The_limit_of_a_container_is_read_as_control_groups_write_it(string text, long? limit) =>
        Assert.Equal(limit, ContainerMemory.Read(text));

    [Fact]
    public void A_process_that_is_silent_and_uses_no_processor_is_hung_at_the_third_look()
    {
        var hang = new HangDetector(() => TimeSpan.FromSeconds(7));
        Assert.False(hang.Note(LivenessAnswer.Live));

        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(_ => hang.Note(LivenessAnswer.Silent)));
    }

    [Fact]
    public void A_process_that_is_silent_because_it_is_busy_is_given_more_time_and_one_answer_is_enough()
    {
        var used = TimeSpan.Zero;
        var hang = new HangDetector(() => used += TimeSpan.FromSeconds(1));
        hang.Note(LivenessAnswer.Live);

        Assert.All(Enumerable.Range(0, 19), _ => Assert.False(hang.Note(LivenessAnswer.Silent)));
        Assert.False(hang.Note(LivenessAnswer.Live));
        Assert.All(Enumerable.Range(0, 19), _ => Assert.False(hang.Note(LivenessAnswer.Silent)));
        Assert.True(hang.Note(LivenessAnswer.Silent));
    }

    /// <summary>The health check of a container is a new process each time, so its first look can be the one that finds silence.</summary>
    [Fact]
    public void A_busy_process_is_not_taken_for_hung_when_the_first_answer_is_already_silence()
    {
        var used = TimeSpan.Zero;
        var hang = new HangDetector(() => used += TimeSpan.FromSeconds(1));

        Assert.All(Enumerable.Range(0, 19), _ => Assert.False(hang.Note(LivenessAnswer.Silent)));
        Assert.True(hang.Note(LivenessAnswer.Silent));
    }

    [Fact]
    public void A_process_that_was_silent_from_the_first_look_is_hung_at_the_third_however_much_it_has_used_before()
    {
        var hang = new HangDetector(() => TimeSpan.FromHours(100));

        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(_ => hang.Note(LivenessAnswer.Silent)));
    }

    /// <summary>It ends whenever it likes, also between a look at it and a question to it.</summary>
    [Fact]
    public async Task A_process_that_has_ended_is_not_taken_for_hung()
    {
        using var process = Process.Start("true");
        await process.WaitForExitAsync(Ct);
        var hang = HangDetector.Of(process);

        Assert.False(hang.Note(LivenessAnswer.NotListening));
        Assert.All(Enumerable.Range(0, 3), _ => Assert.False(hang.Note(LivenessAnswer.Silent)));
    }

    private static async Task Become(Liveness liveness, bool isTroubled)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (liveness.Trouble() is not null != isTroubled)
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
