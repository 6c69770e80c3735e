using System.Diagnostics;

namespace Jangteo.SystemTests.Storm;

/// <summary>The program that measures and rehearses, run as people run it.</summary>
internal static class BenchProcess
{
    /// <summary>Runs a command of it to its end; one that takes longer than the patience is killed with all that it has started.</summary>
    /// <returns>Its exit code, and what it wrote to its two outputs.</returns>
    public static async Task<(int Code, string Output, string Errors)> Run(TimeSpan patience, params string[] words)
    {
        var bench = Path.Combine(
            JangteoProgram.Root, "artifacts", "bin", "Jangteo.Bench", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')),
            "Jangteo.Bench.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [bench, .. words])
        {
            WorkingDirectory = JangteoProgram.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(patience);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
