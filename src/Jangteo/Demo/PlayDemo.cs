using System.Collections.Immutable;
using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Stories;
using Spectre.Console;

namespace Jangteo.Demo;

/// <summary>jangteo demo [--url | --split]: plays every story of every kind on a market, and then reads its books.</summary>
internal sealed class PlayDemo(IAnsiConsole console, TimeProvider machine)
{
    /// <summary>Plays and tells; answers 0 when all came out as the stories say, every ending was seen, and the books are in order; otherwise 1.</summary>
    /// <param name="kindsFolder">Where the stories are.</param>
    /// <param name="url">A market in its sandbox. Its clock is moved by months, so that it had better be nobody's; null starts one for the occasion.</param>
    /// <param name="isSplit">Whether the one that is started has every module in a process of its own.</param>
    /// <param name="only">Names of kinds, or parts of names of stories; empty plays all.</param>
    public async Task<int> Run(string kindsFolder, Uri? url, bool isSplit, IReadOnlyList<string> only, CancellationToken ct)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            // A log has lines, not a screen to fit into.
            console.Profile.Width = 1000;
        }

        var shelf = KindReader.Read(kindsFolder);
        var stories = shelf.Value is { } kinds ? StoryReader.ReadAll(kindsFolder, kinds) : new Reading<IReadOnlyList<Story>>(null, shelf.Mistakes);
        foreach (var mistake in stories.Mistakes)
        {
            console.WriteLine(mistake.ToString());
        }

        if (!stories.IsWell || stories.Value is null)
        {
            return 1;
        }

        var chosen = stories.Value.Where(story => only.Count == 0 || only.Any(word => story.Kind.Name == word || story.Name.Contains(word, StringComparison.OrdinalIgnoreCase))).ToList();
        try
        {
            return await Play(url, isSplit, chosen, shelf.Value!, only.Count == 0, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            console.WriteLine("Stopped.");
            return 130;
        }
    }

    private async Task<int> Play(Uri? url, bool isSplit, IReadOnlyList<Story> stories, Shelf shelf, bool isWhole, CancellationToken ct)
    {
        if (url is not null)
        {
            return await PlayAt(url, stories, shelf, isWhole, ct);
        }

        console.WriteLine("Starting a market for the demo ...");
        await using var own = await OwnMarket.Start(isSplit, machine, ct);
        return await PlayAt(own.Url, stories, shelf, isWhole, ct);
    }

    /// <param name="isWhole">Whether every ending of every kind must be seen; not so when only some stories are played.</param>
    private async Task<int> PlayAt(Uri url, IReadOnlyList<Story> stories, Shelf shelf, bool isWhole, CancellationToken ct)
    {
        // One connection for each who waits: a pool that is too small would make the stories wait for one another.
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 64 };
        using var http = new HttpClient(handler) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
        var market = new Market(http);
        var began = machine.GetTimestamp();
        var board = new Board(console, stories);
        IReadOnlyList<Played> played;
        ImmutableArray<Finding> books;
        try
        {
            played = await board.Show(() => new Stage(new StoryPlayer(market, shelf.Texts, machine), new World(market)).Play(stories, board.Reached, board.Over, ct));
            board.ShowResults();
            books = await new Books(market, machine).Read(ct);
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or DifferenceException || (unreachable is TaskCanceledException && !ct.IsCancellationRequested))
        {
            console.WriteLine($"The market at {url} cannot be played on: {unreachable.Message}");
            return 1;
        }

        Show(books);
        var seen = played.SelectMany(one => one.Endings).ToHashSet();
        var endings = isWhole ? shelf.All.SelectMany(Ending.Of).ToList() : [];
        var missing = endings.Where(ending => !seen.Contains(ending)).ToList();
        foreach (var ending in missing)
        {
            console.WriteLine($"No story ended in {ending}.");
        }

        var differ = played.Count(one => !one.IsAsTold);
        var wrong = books.Count(check => !check.Ok);
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{played.Count - differ} stories as told, {differ} differ; {seen.Count} endings{(isWhole ? $" of {endings.Count}" : "")}; {books.Length - wrong} checks of the books hold, {wrong} do not; {machine.GetElapsedTime(began).TotalSeconds:0.0} s"));
        return differ == 0 && missing.Count == 0 && wrong == 0 ? 0 : 1;
    }

    private void Show(ImmutableArray<Finding> books)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            foreach (var check in books)
            {
                console.WriteLine($"{(check.Ok ? "holds  " : "DIFFERS")}  {check.Module}: {check.Name}: {check.Detail}");
            }

            return;
        }

        var table = new Table().Border(TableBorder.Simple).Title("the books").AddColumns("module", "what must hold", "it does", "seen");
        foreach (var check in books)
        {
            table.AddRow(new Text(check.Module), new Text(check.Name), new Markup(check.Ok ? "[green]yes[/]" : "[red]no[/]"), new Text(check.Detail));
        }

        console.Write(table);
    }
}
