using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Jangteo.Split;

/// <summary>What is seen of a fleet: a live table on a terminal, a line for each thing that happens anywhere else.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class FleetBoard(IAnsiConsole console)
{
    private const int LatestLines = 6;

    private static readonly TimeSpan BetweenFrames = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Queue<string> latest = new();
    private readonly Usage usage = new();
    private bool isLive;

    public void Say(string line)
    {
        lock (gate)
        {
            latest.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{DateTime.Now:HH:mm:ss} {line}"));
            if (latest.Count > LatestLines)
            {
                latest.Dequeue();
            }

            if (!isLive)
            {
                // As it is: what is no terminal has no width to which it would be broken.
                Console.WriteLine(line);
            }
        }
    }

    /// <summary>Shows the fleet until it is to be stopped.</summary>
    public async Task Show(Fleet fleet, CancellationToken ct)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Capabilities.Ansi)
        {
            await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await using var queues = new QueueLengths(fleet.ConnectToBroker());
        isLive = true;
        await console.Live(new Text("")).AutoClear(true).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
        {
            while (!ct.IsCancellationRequested)
            {
                live.UpdateTarget(Frame(fleet, await queues.Ask(CancellationToken.None)));
                await Task.Delay(BetweenFrames, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        isLive = false;
    }

    private Rows Frame(Fleet fleet, IReadOnlyDictionary<string, uint> queues)
    {
        usage.Look();
        var table = new Table().Border(TableBorder.Simple).Title(fleet.Address).AddColumns("name", "state", "process");
        foreach (var column in new[] { "CPU %", "memory", "queue" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        var shown = new HashSet<string>();
        foreach (var process in fleet.Processes())
        {
            var (processor, memory) = usage.Of(process.Process);
            // A queue belongs to the module, so it stands with the first of its processes.
            var waiting = process.Module is { } module && shown.Add(module) && queues.TryGetValue(module, out var length) ? length.ToString(CultureInfo.InvariantCulture) : "";
            table.AddRow(
                new Text(process.Name),
                new Markup(process.IsReady ? "[green]ready[/]" : "[yellow]starting[/]"),
                new Text(process.Process == 0 ? "" : process.Process.ToString(CultureInfo.InvariantCulture)),
                new Text((processor * 100).ToString("0", CultureInfo.InvariantCulture)),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{memory >> 20} MB")),
                new Text(waiting));
        }

        lock (gate)
        {
            return new Rows(latest.Select(line => (IRenderable)new Text(line)).Prepend(table));
        }
    }
}
