using System.Diagnostics;
using System.Runtime.CompilerServices;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Postgres;

namespace Jangteo.Tests.Postgres;

/// <summary>Another program that owns a private PostgreSQL or broker and can be killed: this test program, started once more and told to do only that.</summary>
internal sealed class OwnerProcess : IDisposable
{
    private const string Asked = "JANGTEO_TEST_OWNS";
    private readonly Process process;

    private OwnerProcess(Process process) => this.process = process;

    public static async Task<OwnerProcess> Of(string folder, string what = "postgres")
    {
        var start = new ProcessStartInfo("dotnet", [typeof(OwnerProcess).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment[Asked] = $"{what}:{folder}";
        var process = Process.Start(start)!;
        Assert.Equal("started", await process.StandardOutput.ReadLineAsync());
        return new OwnerProcess(process);
    }

    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    [ModuleInitializer]
    internal static void OwnWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(Asked) is not { } asked)
            return;
        var folder = asked[(asked.IndexOf(':') + 1)..];
        _ = asked.StartsWith("broker:", StringComparison.Ordinal)
            ? (IAsyncDisposable)PrivateBroker.Start(folder, null, CancellationToken.None).GetAwaiter().GetResult()
            : PrivatePostgres.Start(folder).GetAwaiter().GetResult();
        Console.WriteLine("started");
        Console.In.ReadToEnd();
        Environment.Exit(0);
    }
}
