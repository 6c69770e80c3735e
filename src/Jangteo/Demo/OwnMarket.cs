using System.Diagnostics;
using System.Globalization;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Storing;

namespace Jangteo.Demo;

/// <summary>A market for the occasion: this program in a process of its own, with a data folder of its own, both gone afterwards. So a demo never moves the clock of a market that somebody uses.</summary>
internal sealed class OwnMarket : IAsyncDisposable
{
    private static readonly TimeSpan Startup = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly string folder;
    private readonly Queue<string> lastLines = new();

    private OwnMarket(Process process, string folder, Uri url)
    {
        this.process = process;
        this.folder = folder;
        Url = url;
    }

    public Uri Url { get; }

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="isSplit">Every module in a process of its own, or all in one.</param>
    /// <exception cref="InvalidOperationException">It does not become ready; the message ends with what it said last.</exception>
    public static async Task<OwnMarket> Start(bool isSplit, TimeProvider machine, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("jangteo-demo-").FullName;
        // The account that runs PostgreSQL for root must be able to pass.
        HostSystem.Here.LetPass(folder);
        var port = Ports.Free();
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        if (OperatingSystem.IsWindows())
        {
            // Else it could not be told to stop without stopping the demo.
            start.CreateNewProcessGroup = true;
        }

        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(OwnMarket).Assembly.Location);
        }

        if (isSplit)
        {
            start.ArgumentList.Add("split");
        }

        start.Environment["Jangteo__Port"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["Jangteo__DataFolder"] = Path.Combine(folder, "data");
        start.Environment["Jangteo__LogLevel"] = "Warning";
        // No gateway has to notice that it stops.
        start.Environment["Jangteo__Draining__Notice"] = "0s";
        var market = new OwnMarket(Process.Start(start)!, folder, new Uri($"http://localhost:{port}"));
        market.Listen();
        var isReady = false;
        try
        {
            await market.BecomeReady(machine, ct);
            isReady = true;
            return market;
        }
        finally
        {
            if (!isReady)
            {
                await market.DisposeAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            HostSystem.Here.Interrupt(process.Id);
            using var limit = new CancellationTokenSource(Shutdown);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task BecomeReady(TimeProvider machine, CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(5) };
        var began = machine.GetTimestamp();
        while (machine.GetElapsedTime(began) < Startup && !process.HasExited)
        {
            try
            {
                using var answer = await http.GetAsync("/health/ready", ct);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception notYet) when (PassingFault.Is(notYet) && !ct.IsCancellationRequested)
            {
                // It does not listen yet, or it answers late because the machine is busy.
            }

            await Task.Delay(50, ct);
        }

        lock (lastLines)
        {
            throw new InvalidOperationException($"The market for the demo did not become ready. It said:\n{string.Join('\n', lastLines)}");
        }
    }

    /// <summary>Keeps the last of what it says, for the case that it does not start.</summary>
    private void Listen()
    {
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        lock (lastLines)
        {
            if (line is null)
            {
                return;
            }

            lastLines.Enqueue(line);
            if (lastLines.Count > 20)
            {
                lastLines.Dequeue();
            }
        }
    }
}
