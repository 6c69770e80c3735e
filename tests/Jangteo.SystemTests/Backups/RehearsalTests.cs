using System.Diagnostics;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Backups;

/// <summary>
/// The rehearsal of a restore with small numbers: a market is copied, backed up while somebody trades, lost and restored.
/// </summary>
[Collection(Storm.Storming.Tests)]
public sealed class RehearsalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    [Requirement("I1")]
    [Requirement("I2")]
    public async Task A_market_is_restored_whole_and_trades_go_on()
    {
        var bench = Path.Combine(
            JangteoProgram.Root, "artifacts", "bin", "Jangteo.Bench", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')),
            "Jangteo.Bench.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [bench, "rehearse", "restore", "--trades", "90", "--played", "30"])
        {
            WorkingDirectory = JangteoProgram.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var (figure, said) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);

            Assert.True(process.ExitCode == 0, await said + await figure);
            Assert.Matches(
                @"^holds: \d+ trades .*: backup [\d.]+ s, restore [\d.]+ s, together [\d.]+ s of 60 s at most; \d+ checks, 0 failures",
                (await figure).Trim().Split('\n')[^1]);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
