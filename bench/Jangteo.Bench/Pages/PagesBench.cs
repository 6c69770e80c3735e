using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.Playwright;

namespace Jangteo.Bench.Pages;

/// <summary>bench pages: after how long somebody who comes for the first time, on a device with a quarter of this processor, sees the largest part of a page.</summary>
internal static class PagesBench
{
    /// <summary>How many times slower the browser's processor is made.</summary>
    private const int Slower = 4;

    private const int Visits = 5;
    private const double GoalMs = 1500;

    /// <summary>Nothing larger is painted within this: the last was the largest.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan PaintsWithin = TimeSpan.FromSeconds(30);

    private const string Watch = "new PerformanceObserver(list => { for (const paint of list.getEntries()) window.largestPaint = paint.startTime }).observe({ type: 'largest-contentful-paint', buffered: true })";

    public static async Task<int> Run(bool asJson, CancellationToken ct)
    {
        await using var server = await ServerUnderTest.Start(isSplit: false, ct);
        var shown = await OnShow.Make(server, ct);
        await using var chromium = await Chromium.Start();
        var isFast = true;
        foreach (var (name, path, person, there) in new[]
        {
            ("first-page", "/", (string?)null, "main ul li"),
            ("listing", $"/listings/{shown.Listing}", null, "main h1"),
            ("trade", $"/trades/{shown.Trade}", OnShow.Buyer, "main .states"),
        })
        {
            // The program compiles what it answers with when it is asked for the first time.
            await Visit(chromium, server, path, person, there, ct);
            var paints = new List<double>();
            var scripts = 0L;
            for (var visit = 0; visit < Visits; visit++)
            {
                (var paint, scripts) = await Visit(chromium, server, path, person, there, ct);
                paints.Add(paint);
            }

            paints.Sort();
            var (median, slowest) = (paints[paints.Count / 2], paints[^1]);
            isFast &= median <= GoalMs;
            Console.WriteLine(asJson
                ? JsonSerializer.Serialize(new
                {
                    name = $"largest-paint-{name}",
                    per_s = (double?)null,
                    p50_ms = Math.Round(median, 1),
                    p99_ms = Math.Round(slowest, 1),
                    cpu_ms = (double?)null,
                    limit_per_s = (double?)null,
                    ratio = Math.Round(median / GoalMs, 4),
                    script_bytes = scripts,
                })
                : string.Create(CultureInfo.InvariantCulture, $"{name}: largest contentful paint after {median:0} ms (median of {Visits}, the slowest {slowest:0} ms, the goal is {GoalMs:0} ms), {scripts / 1024.0:0} KB of script, gzipped"));
        }

        return isFast ? 0 : 1;
    }

    /// <returns>After how many milliseconds the largest part was painted, and how many bytes of script were needed, gzipped.</returns>
    private static async Task<(double PaintMs, long ScriptBytes)> Visit(Chromium chromium, ServerUnderTest server, string path, string? person, string there, CancellationToken ct)
    {
        var page = await chromium.Visit(server, person, width: 390);
        try
        {
            var scripts = new ConcurrentBag<IResponse>();
            page.Response += (_, response) =>
            {
                if (response.Request.ResourceType == "script")
                {
                    scripts.Add(response);
                }
            };
            await page.AddInitScriptAsync(Watch);
            var session = await page.Context.NewCDPSessionAsync(page);
            await session.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = Slower });
            await page.GotoAsync(path);
            await page.Locator(there).First.WaitForAsync();

            var paint = 0.0;
            for (var (all, quiet) = (Stopwatch.StartNew(), Stopwatch.StartNew()); quiet.Elapsed < Quiet; await Task.Delay(100, ct))
            {
                if (all.Elapsed > PaintsWithin)
                {
                    throw new TimeoutException($"{path} goes on painting.");
                }

                var last = await page.EvaluateAsync<double>("window.largestPaint ?? 0");
                if (last != paint)
                {
                    paint = last;
                    quiet.Restart();
                }
            }

            var bytes = 0L;
            foreach (var script in scripts)
            {
                bytes += Gzipped(await script.BodyAsync());
            }

            return (paint, bytes);
        }
        finally
        {
            await page.Context.CloseAsync();
        }
    }

    private static long Gzipped(byte[] script)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(script);
        }

        return packed.Length;
    }
}
