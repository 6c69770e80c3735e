using System.Globalization;
using Jangteo.Stories;
using Spectre.Console;

namespace Jangteo.Demo;

/// <summary>What is seen of a demo while it is played: a live table on a terminal, a line for each story anywhere else.</summary>
internal sealed class Board(IAnsiConsole console, IReadOnlyList<Story> stories)
{
    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(120);

    private readonly Lock gate = new();
    private readonly Dictionary<Story, (int At, string State)> onStage = [];
    private readonly List<Played> over = [];

    private bool IsLive => console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi;

    public void Reached(Story story, int at, string state)
    {
        lock (gate)
        {
            onStage[story] = (at, state);
        }
    }

    public void Over(Played played)
    {
        lock (gate)
        {
            onStage.Remove(played.Story);
            over.Add(played);
            if (!IsLive)
            {
                console.WriteLine(LineOf(played));
            }
        }
    }

    /// <summary>Shows the board for as long as the play goes on.</summary>
    public async Task<T> Show<T>(Func<Task<T>> play)
    {
        if (!IsLive)
        {
            return await play();
        }

        return await console.Live(Frame()).AutoClear(true).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
        {
            var playing = play();
            while (await Task.WhenAny(playing, Task.Delay(BetweenFrames)) != playing)
            {
                live.UpdateTarget(Frame());
            }

            return await playing;
        });
    }

    /// <summary>After the play: every story, on a terminal; what differs, anywhere.</summary>
    public void ShowResults()
    {
        if (IsLive)
        {
            foreach (var kind in over.GroupBy(played => played.Story.Kind.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                var table = NewTable().Title(kind.Key);
                foreach (var played in kind.OrderBy(played => played.Story.Line))
                {
                    AddRow(table, played);
                }

                console.Write(table);
            }
        }

        foreach (var played in over.Where(played => !played.IsAsTold))
        {
            if (IsLive)
            {
                console.MarkupLineInterpolated($"[red]differs[/] {played.Differs!}");
            }
            else
            {
                console.WriteLine(played.Differs!);
            }
        }
    }

    private Table Frame()
    {
        lock (gate)
        {
            var table = NewTable().Title(string.Create(CultureInfo.InvariantCulture, $"{over.Count} of {stories.Count} stories"));
            foreach (var (story, (at, state)) in onStage.OrderBy(pair => pair.Key.Kind.Name, StringComparer.Ordinal).ThenBy(pair => pair.Key.Line))
            {
                table.AddRow(Text(story.Kind.Name), Text(story.Name), Text($"{at + 1}/{story.Steps.Length} {story.Steps[Math.Min(at, story.Steps.Length - 1)].Text}"), Text(state), new Markup("[yellow]...[/]"));
            }

            // What has differed stays in sight; of the rest, the latest that fit.
            var room = Math.Max(3, console.Profile.Height - onStage.Count - 8);
            foreach (var played in over.Where(played => !played.IsAsTold).Concat(over.Where(played => played.IsAsTold).Reverse()).Take(room))
            {
                AddRow(table, played);
            }

            return table;
        }
    }

    private static Table NewTable() =>
        new Table().Border(TableBorder.Simple).AddColumns("kind", "story", "steps", "state", "result");

    private static void AddRow(Table table, Played played) => table.AddRow(
        Text(played.Story.Kind.Name),
        Text(played.Story.Name),
        Text(played.Story.Steps.Length.ToString(CultureInfo.InvariantCulture)),
        Text(played.State),
        new Markup(played.IsAsTold ? string.Create(CultureInfo.InvariantCulture, $"[green]as told[/] {played.Took.TotalSeconds:0.0} s") : "[red]differs[/]"));

    private static Text Text(string words) => new(words);

    private static string LineOf(Played played) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(played.IsAsTold ? "as told" : "DIFFERS")}  {played.Story.Kind.Name}: {played.Story.Name} ({played.Story.Steps.Length} steps, {played.State}, {played.Took.TotalSeconds:0.0} s)");
}
