using Jangteo.Kinds;

namespace Jangteo.Tests.Kinds;

public sealed class Pages_made_from_a_kind
{
    private static readonly Shelf Shelf = KindReader.Read(Tables.Folder).Value!;

    public static TheoryData<string> Kinds => [.. Shelf.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_README_of_a_kind_is_what_its_table_and_texts_say(string kind)
    {
        var file = Path.Combine(Tables.Folder, kind, KindReadme.FileName);

        Assert.True(
            File.Exists(file) && File.ReadAllText(file) == KindReadme.Of(Shelf.Find(kind)!, Shelf.Texts),
            $"kinds/{kind}/README.md is out of date: ./jangteo format makes it anew.");
    }

    [Fact]
    public void Writing_the_READMEs_twice_changes_nothing_the_second_time()
    {
        var folder = Directory.CreateTempSubdirectory("jangteo-readme-").FullName;
        foreach (var kind in Shelf.All)
        {
            Directory.CreateDirectory(Path.Combine(folder, kind.Name));
            foreach (var file in Directory.GetFiles(Path.Combine(Tables.Folder, kind.Name), "*.yaml"))
            {
                File.Copy(file, Path.Combine(folder, kind.Name, Path.GetFileName(file)));
            }
        }

        Assert.Equal(5, KindReadme.Write(folder).Length);
        Assert.Empty(KindReadme.Write(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_diagram_names_every_state_and_every_way_between_them()
    {
        var diagram = Diagram.Mermaid(Tables.Read(Tables.Sound), new Texts(), "en");

        Assert.StartsWith("stateDiagram-v2\n", diagram, StringComparison.Ordinal);
        Assert.Contains("    [*] --> s_requested: Buyer · request\n", diagram, StringComparison.Ordinal);
        Assert.Contains("    s_sending --> s_finished: Buyer · receive\n    s_sent --> s_finished: Buyer · receive\n", diagram, StringComparison.Ordinal);
        Assert.Contains("    s_requested --> s_rejected: 3 days · lapse\n", diagram, StringComparison.Ordinal);
        Assert.Contains("    s_requested --> s_rejected: nothing is left · sold\n", diagram, StringComparison.Ordinal);
        Assert.Contains("    s_finished --> [*]\n", diagram, StringComparison.Ordinal);
        Assert.Contains("    state \"arrived\" as s_arrived\n", diagram, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_diagram_has_no_sign_that_its_language_would_read_otherwise(string kind)
    {
        foreach (var line in Diagram.Mermaid(Shelf.Find(kind)!, Shelf.Texts, "ko").Split('\n').Where(line => line.Contains("-->", StringComparison.Ordinal)))
        {
            Assert.Matches(@"^    (\[\*\]|s_[a-z0-9_]+) --> (\[\*\]|s_[a-z0-9_]+)(: [^:;#""]+)?$", line);
        }
    }

    [Fact]
    public void The_first_row_that_leaves_a_state_is_what_the_state_waits_for()
    {
        string Awaited(string kind, string state) => Shelf.Find(kind)!.Leaving(state).First().Do;

        Assert.Equal("lend", Awaited("neighborhood-rental", "paid"));
        Assert.Equal("pay", Awaited("neighborhood-rental", "reserved"));
        Assert.Equal("confirm-deposit", Awaited("shopping-mall", "awaiting-deposit"));
        Assert.Equal("accept", Awaited("second-hand", "requested"));
        Assert.Equal("ship", Awaited("car-share", "accepted"));
        Assert.Equal("prepare", Awaited("water-purifier", "applied"));
    }
}
