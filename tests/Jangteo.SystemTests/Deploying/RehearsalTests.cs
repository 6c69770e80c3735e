using Jangteo.SystemTests.Storm;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Deploying;

/// <summary>Each takes more of a machine than the tests beside it could bear, and its figures mean nothing beside other work.</summary>
[CollectionDefinition(Tests, DisableParallelization = true)]
public sealed class Rehearsing
{
    public const string Tests = "rehearsals";
}

/// <summary>
/// The rehearsals of operators with small numbers. What depends on how fast the machine is has wide limits here; the commands themselves have
/// those of the requirements.
/// </summary>
[Collection(Rehearsing.Tests)]
public sealed class RehearsalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    [Fact]
    [Requirement("CP-12", "killed")]
    [Requirement("CP-12", "hung")]
    [Requirement("CP-12", "leaking")]
    [Requirement("CP-12", "database gone")]
    [Requirement("CP-12", "relay stuck")]
    [Requirement("CP-12", "noticed and back within 10 s of the cause's end")]
    public Task Whatever_befalls_a_module_it_comes_back_by_itself_and_the_others_answer_every_request() =>
        Holds("heal", "--lasts", "3", "--back-within", "20", "--waits-at-most", "10");

    [Fact]
    [Requirement("CP-9", "the same with draining off fails")]
    public async Task Processes_that_are_killed_under_load_leave_commands_without_an_answer()
    {
        var (code, output, errors) = await Run(
            "deploy", "--without-draining", "--rounds", "2", "--modules", "trading", "--clients", "5", "--traders", "16", "--pace", "0", "--least", "1",
            "--longest", "30");

        Assert.True(code == 1, errors + output);
        Assert.Matches("DOES NOT HOLD: .* 0 lost, [1-9][0-9]* not answered at once", output);
    }

    /// <summary>Every process of every module is replaced, one half before the stories and one after.</summary>
    [Fact]
    [Requirement("CP-9", "rolling restart under siege, 100.00 % of at least 50,000")]
    [Requirement("CP-9", "release N to N+1 with a migration and a new kind version")]
    public Task A_market_is_upgraded_from_the_release_before_under_load_and_stories_come_out_as_told_with_both() =>
        Holds("upgrade", "--at-once", "4", "--clients", "6", "--traders", "2", "--least", "500", "--longest", "30");

    [Fact]
    [Requirement("CP-8", "scaled 1 to 4 and back under load by that metric")]
    [Requirement("CP-8", "nothing handled twice")]
    public Task A_module_is_scaled_by_what_its_autoscaler_reads_and_no_request_fails() =>
        Holds("scale", "--within", "60", "--calm", "6", "--repeated", "20");

    [Fact]
    [Requirement("I1")]
    [Requirement("I2")]
    public async Task A_market_is_restored_whole_and_trades_go_on() =>
        Assert.Matches(
            @"^holds: \d+ trades .*: backup [\d.]+ s, restore [\d.]+ s, together [\d.]+ s of 60 s at most; \d+ checks, 0 failures",
            await Holds("restore", "--trades", "90", "--played", "30"));

    /// <summary>Answers the last line, which is the figure.</summary>
    private static async Task<string> Holds(params string[] words)
    {
        var (code, output, errors) = await Run(words);
        var figure = output.Trim().Split('\n')[^1];
        Assert.True(code == 0, $"{figure}\n{errors}{output}");
        return figure;
    }

    private static Task<(int Code, string Output, string Errors)> Run(params string[] words) => BenchProcess.Run(Patience, ["rehearse", .. words]);
}
