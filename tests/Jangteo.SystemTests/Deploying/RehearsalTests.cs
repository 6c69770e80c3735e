using System.Diagnostics;
using Jangteo.SystemTests.Storm;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Deploying;

/// <summary>The rehearsals of operators, with small numbers and without limits of time: machines differ.</summary>
[Collection(Storming.Tests)]
public sealed class RehearsalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    [Fact]
    [Requirement("CP-12", "killed")]
    [Requirement("CP-12", "hung")]
    [Requirement("CP-12", "leaking")]
    [Requirement("CP-12", "database gone")]
    [Requirement("CP-12", "relay stuck")]
    public async Task Whatever_befalls_a_module_it_comes_back_by_itself_and_the_others_answer_every_request() =>
        await Holds("heal", "--lasts", "3", "--back-within", "60", "--waits-at-most", "10");

    [Fact]
    [Requirement("CP-9", "rolling restart under siege, 100.00 % of at least 50,000")]
    public async Task Processes_are_replaced_under_load_and_no_request_fails() =>
        await Holds("deploy", "--rounds", "1", "--modules", "trading", "views", "--clients", "20", "--traders", "2", "--least", "500", "--longest", "30");

    private static async Task Holds(params string[] words)
    {
        var bench = Path.Combine(
            JangteoProgram.Root, "artifacts", "bin", "Jangteo.Bench", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Jangteo.Bench.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [bench, "rehearse", .. words])
        {
            WorkingDirectory = JangteoProgram.Root,
            RedirectStandardOutput = true,
        })!;
        using var limit = new CancellationTokenSource(Patience);
        var said = process.StandardOutput.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, await said);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
