using Jangteo.Kinds;
using Jangteo.Simulation;
using Jangteo.Tests.Kinds;

namespace Jangteo.Tests.Simulation;

/// <summary>The paths that the checks print, step by step on the rules of all modules: the checks judge a model, and here it is held against what it is a model of.</summary>
public sealed class Replayed_paths(ITestOutputHelper output)
{
    private static readonly Dictionary<string, Kind> Sound =
        KindReader.Read(Tables.Folder).Value!.All.Append(Layaway.Kind).Append(Tables.Read(Tables.Sound)).Append(Tables.Read(The_engine_does_what_was_explored.Twisted)).ToDictionary(kind => kind.Name);

    public static TheoryData<string> Kinds => [.. Sound.Keys];

    /// <summary>What the simulation finds where the checks found such a fault.</summary>
    private static readonly Dictionary<string, string[]> Found = new()
    {
        ["K2"] = ["K2", "I7"],
        ["K3"] = ["K3", "I2", "I3"],
        ["K4"] = ["K4"],
        ["K6"] = ["K2", "I7"],
        ["K9"] = ["K9"],
    };

    [Theory]
    [MemberData(nameof(Checking_a_kind.Wrong), MemberType = typeof(Checking_a_kind))]
    public void A_table_that_is_refused_ends_in_the_fault_that_the_check_names(string code, string written, string instead, string at, string says)
    {
        output.WriteLine($"{code} at {at}: {says}");
        var kind = Tables.Read(Tables.SoundBut(written, instead));

        foreach (var mistake in Check.Table(kind, "trade.yaml").Where(mistake => !mistake.Path.IsEmpty))
        {
            var replay = new Replay(kind);

            var wrong = replay.Play(mistake.Path);

            Assert.True(wrong is null, $"{wrong} of {mistake}");
            if (mistake.Code == "K5")
            {
                output.WriteLine($"{mistake.Code}: {replay.Impossible}");
                Assert.NotNull(replay.Impossible);
            }
            else if (Modules.All.FirstOrDefault(module => replay.Waiting(module) > Exploration.MaxWaiting) is { } full)
            {
                output.WriteLine($"{mistake.Code}: {replay.Waiting(full)} requests wait at {full}");
                Assert.Equal("K6", mistake.Code);
            }
            else
            {
                var violations = replay.LetGo();
                output.WriteLine($"{mistake.Code}: {string.Join("; ", violations)}");
                Assert.Contains(violations, violation => Found[mistake.Code].Contains(violation.Invariant));
            }
        }
    }

    /// <summary>What K11 refuses does happen: the modules pay the seller, and the buyer has done nothing since the payment.</summary>
    [Theory]
    [InlineData("neighborhood-rental")]
    [InlineData("car-share")]
    public void The_path_that_the_check_prints_pays_the_seller(string kind)
    {
        var table = Tables.Read(Repository.Read($"tests/Jangteo.Tests/Kinds/PaidAtTheSellersWord/{kind}.yaml"));
        var mistake = Assert.Single(Check.Table(table, "trade.yaml"));
        var replay = new Replay(table);

        Assert.Null(replay.Play(mistake.Path));
        Assert.Equal(MoneyIs.Held, replay.Holdings.Money);
        replay.LetGo();

        Assert.Equal(MoneyIs.PaidOut, replay.Holdings.Money);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_configuration_of_a_sound_kind_is_reached_by_the_modules_and_they_hold_what_was_explored(string name)
    {
        var exploration = Exploration.Of(Sound[name]);
        var never = 0;
        for (var place = 1; place < exploration.All.Count; place++)
        {
            var path = exploration.PathTo(place);
            var replay = new Replay(Sound[name]);

            var wrong = replay.Play(path);

            if (replay.NeverHappens)
            {
                never++;
                continue;
            }

            Assert.True(wrong is null, $"{wrong} of {string.Join(", ", path)}");
            Assert.Equal(exploration.All[place].Configuration.Holdings with { Given = false }, replay.Holdings);
        }

        output.WriteLine($"{exploration.All.Count} configurations, {never} of them allowed for only by the checks");
        Assert.True(never * 5 < exploration.All.Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void From_every_configuration_of_a_sound_kind_all_ends_well(string name)
    {
        var exploration = Exploration.Of(Sound[name]);
        for (var place = 1; place < exploration.All.Count; place++)
        {
            var path = exploration.PathTo(place);
            var replay = new Replay(Sound[name]);
            if (replay.Play(path) is { } wrong)
            {
                Assert.True(replay.NeverHappens, wrong);
                continue;
            }

            var violations = replay.LetGo();

            Assert.True(violations.Count == 0, $"{string.Join("; ", violations)} after {string.Join(", ", path)}");
        }
    }
}
