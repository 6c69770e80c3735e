using System.CommandLine;

namespace Jangteo.Bench.Rehearsing;

/// <summary>The load under which a market is rehearsed, and what it must bear.</summary>
/// <param name="Clients">Of siege, which only reads.</param>
/// <param name="Traders">Pairs of people who trade meanwhile.</param>
/// <param name="Least">So many requests of siege at least.</param>
/// <param name="Longest">No answer to siege may take longer.</param>
/// <param name="Pause">Each client of siege waits up to so long between its requests.</param>
/// <param name="Pace">People who trade wait so long before each step.</param>
internal sealed record LoadPlan(int Clients, int Traders, int Least, TimeSpan Longest, TimeSpan Pause, TimeSpan Pace);

/// <summary>The options of a command by which its load is chosen.</summary>
internal sealed class LoadOptions(int least)
{
    private readonly Option<int> clients = RehearsalOption.Of(
        "--clients", 100, "How many clients of siege read meanwhile.");

    private readonly Option<int> traders = RehearsalOption.Of(
        "--traders", 4, "How many pairs of people trade meanwhile.");

    private readonly Option<int> leastRequests = RehearsalOption.Of(
        "--least", least, "How many requests of siege there must be at least.");

    private readonly Option<double> longest = RehearsalOption.Of<double>(
        "--longest", 1, "How many seconds an answer may take.");

    private readonly Option<double> pause = RehearsalOption.Of<double>(
        "--pause", 0.92, "Up to how many seconds each client of siege waits between its requests.");

    private readonly Option<double> pace = RehearsalOption.Of<double>(
        "--pace", 0.2, "How many seconds people who trade wait before each step.");

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { clients, traders, leastRequests, longest, pause, pace })
        {
            command.Add(option);
        }
    }

    public LoadPlan Read(ParseResult parsed) => new(
        parsed.GetValue(clients), parsed.GetValue(traders), parsed.GetValue(leastRequests),
        TimeSpan.FromSeconds(parsed.GetValue(longest)), TimeSpan.FromSeconds(parsed.GetValue(pause)),
        TimeSpan.FromSeconds(parsed.GetValue(pace)));
}
