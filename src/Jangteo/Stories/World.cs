using System.Text.Json.Nodes;

namespace Jangteo.Stories;

/// <summary>What all stories share: one business clock, and the faults that can be switched on.</summary>
public interface IWorld
{
    /// <param name="span">Such as 3d or 24h.</param>
    Task Forward(string span, CancellationToken ct);

    Task Switch(string fault, bool on, CancellationToken ct);
}

/// <summary>The world of a market in its sandbox, as its operator moves it.</summary>
public sealed class World(Market market, string @operator = World.Operator) : IWorld
{
    public const string Operator = "sora";

    public Task Forward(string span, CancellationToken ct) => Do("/api/sandbox/clock", new JsonObject { ["forward"] = span }, ct);

    public Task Switch(string fault, bool on, CancellationToken ct) => Do("/api/sandbox/faults", new JsonObject { [fault] = on }, ct);

    private async Task Do(string path, JsonObject body, CancellationToken ct)
    {
        var heard = await market.Post(@operator, path, body, ct);
        if (!heard.IsYes)
        {
            throw new DifferenceException($"POST {path} {body.ToJsonString()} was answered {heard}");
        }
    }
}

/// <summary>
/// One world for stories that are played side by side and do the same to it: what one of them does happens once, when all that are still
/// being played have come to the same place. So no story's clock breaks another's plot.
/// </summary>
/// <param name="players">How many stories are played.</param>
public sealed class SharedWorld(IWorld world, int players) : IWorld
{
    private readonly Lock gate = new();
    private readonly List<TaskCompletionSource> waiting = [];
    private Func<Task>? next;
    private int present = players;

    public Task Forward(string span, CancellationToken ct) => Meet(() => world.Forward(span, ct));

    public Task Switch(string fault, bool on, CancellationToken ct) => Meet(() => world.Switch(fault, on, ct));

    /// <summary>A story is over, well or not; nobody waits for it any more.</summary>
    public void Leave()
    {
        lock (gate)
        {
            present--;
        }

        GoOn();
    }

    private Task Meet(Func<Task> happen)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            waiting.Add(turn);
            next = happen;
        }

        GoOn();
        return turn.Task;
    }

    private void GoOn()
    {
        Func<Task> happen;
        TaskCompletionSource[] turns;
        lock (gate)
        {
            if (next is null || waiting.Count < present)
            {
                return;
            }

            (happen, next) = (next, null);
            turns = [.. waiting];
            waiting.Clear();
        }

        _ = Happen(happen, turns);
    }

    private static async Task Happen(Func<Task> happen, TaskCompletionSource[] turns)
    {
        var done = Begin();
        await done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var turn in turns)
        {
            turn.SetFromTask(done);
        }

        // What is thrown before the first await must reach those who wait, too.
        async Task Begin() => await happen();
    }
}

/// <summary>Something came out otherwise than a story says. Ends the playing of that story.</summary>
public sealed class DifferenceException(string message) : Exception(message);
