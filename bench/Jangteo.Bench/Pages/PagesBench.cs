using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.Playwright;

namespace Jangteo.Bench.Pages;

/// <summary>
/// bench pages: when a first-time visitor, on a device with a quarter of this processor, sees the largest part of a page; how much longer that is
/// than on a bare page that holds only that part, visited in turns with it; and what the page moves and fetches.
/// </summary>
internal static class PagesBench
{
    /// <summary>How many times slower the browser's processor is made.</summary>
    private const int Slower = 4;

    private const int Visits = 5;
    private const double GoalMs = 1500;

    /// <summary>The limits of a page: paint against the bare page, layout shift, and bytes of script and fonts as they are sent.</summary>
    private const double MostRatio = 1.5, MostShift = 0.02, MostScript = 170 * 1024, MostFonts = 120 * 1024;

    /// <summary>Nothing larger is painted within this: the last was the largest.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan PaintsWithin = TimeSpan.FromSeconds(30);

    private const string Watch =
        """
        window.seen = { paint: 0, shift: 0, picture: '', text: '', width: 0, height: 0 }
        new PerformanceObserver(list => list.getEntries().forEach(({ startTime: paint, url: picture, element }) => {
            const { width, height } = element?.getBoundingClientRect() ?? { width: 0, height: 0 }
            Object.assign(window.seen, { paint, picture, text: element?.innerText ?? '', width, height })
        })).observe({ type: 'largest-contentful-paint', buffered: true })
        new PerformanceObserver(list => list.getEntries().forEach(shift => { window.seen.shift += shift.hadRecentInput ? 0 : shift.value }))
            .observe({ type: 'layout-shift', buffered: true })
        """;

    public static async Task<int> Run(bool asJson, CancellationToken ct)
    {
        await using var server = await ServerUnderTest.Start(isSplit: false, ct);
        var shown = await OnShow.Make(server, ct);
        await using var chromium = await Chromium.Start();
        await using var bare = await BarePage.Start(ct);
        var holds = true;
        foreach (var (name, path, person, there) in new[]
        {
            ("first-page", "/", (string?)null, "#main ul li"),
            ("listing", $"/listings/{shown.Listing}", null, "#main h1"),
            ("trade", $"/trades/{shown.Trade}", OnShow.Buyer, "main .states"),
        })
        {
            // The program compiles what it answers with when it is asked for the first time.
            bare.Show((await Visit(() => chromium.Visit(server, person, width: 390), path, there, ct)).Largest);
            var (visits, least) = (new List<Visited>(), new List<Visited>());
            for (var visit = 0; visit < Visits; visit++)
            {
                visits.Add(await Visit(() => chromium.Visit(server, person, width: 390), path, there, ct));
                least.Add(await Visit(() => chromium.Visit(server, null, width: 390), bare.Address.ToString(), "h1, img", ct));
            }

            var result = Result.Of(name, visits, least);
            holds &= result.Holds;
            Console.WriteLine(asJson ? JsonSerializer.Serialize(result.AsJson()) : result.ToString());
        }

        return holds ? 0 : 1;
    }

    private static async Task<Visited> Visit(Func<Task<IPage>> open, string path, string there, CancellationToken ct)
    {
        var page = await open();
        try
        {
            var fetched = new ConcurrentBag<IResponse>();
            page.Response += (_, response) => fetched.Add(response);
            await page.AddInitScriptAsync(Watch);
            var session = await page.Context.NewCDPSessionAsync(page);
            await session.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = Slower });
            await page.GotoAsync(path);
            await page.Locator(there).First.WaitForAsync();
            var seen = await AtRest(page, path, ct);
            var (scripts, fonts) = (0L, 0L);
            foreach (var response in fetched.Where(one => one.Ok))
            {
                scripts += response.Request.ResourceType == "script" ? Gzipped(await response.BodyAsync()) : 0;
                // Fonts are compressed as they are.
                fonts += response.Request.ResourceType == "font" ? (await response.BodyAsync()).Length : 0;
            }

            var picture = fetched.FirstOrDefault(one => one.Url == seen.Picture);
            return new Visited(
                seen.Paint, seen.Shift, scripts, fonts,
                new Largest(
                    picture is null ? null : await picture.BodyAsync(), picture?.Headers.GetValueOrDefault("content-type") ?? "", seen.Width,
                    seen.Height, seen.Text));
        }
        finally
        {
            await page.Context.CloseAsync();
        }
    }

    /// <summary>What was seen of a page, once nothing larger is painted for a while.</summary>
    private static async Task<Seen> AtRest(IPage page, string path, CancellationToken ct)
    {
        var last = 0.0;
        for (var (all, quiet) = (Stopwatch.StartNew(), Stopwatch.StartNew()); ; await Task.Delay(100, ct))
        {
            if (all.Elapsed > PaintsWithin)
            {
                throw new TimeoutException($"{path} goes on painting.");
            }

            var seen = (await page.EvaluateAsync<JsonElement>("window.seen")).Deserialize<Seen>(JsonSerializerOptions.Web)!;
            if (seen.Paint != last)
            {
                last = seen.Paint;
                quiet.Restart();
            }
            else if (last > 0 && quiet.Elapsed >= Quiet)
            {
                return seen;
            }
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

    /// <summary>What the page itself has watched: times in milliseconds, sizes in CSS pixels.</summary>
    private sealed record Seen(double Paint, double Shift, string Picture, string Text, double Width, double Height);

    /// <summary>One visit: when the largest part was painted, how far things moved, and the bytes of scripts (gzipped) and fonts.</summary>
    private sealed record Visited(double PaintMs, double Shift, long ScriptBytes, long FontBytes, Largest Largest);

    private sealed record Result(string Name, double MedianMs, double SlowestMs, double BareMs, double Shift, long ScriptBytes, long FontBytes)
    {
        private double Ratio => MedianMs / BareMs;

        public bool Holds => Ratio <= MostRatio && Shift < MostShift && ScriptBytes < MostScript && FontBytes < MostFonts;

        public static Result Of(string name, IReadOnlyList<Visited> visits, IReadOnlyList<Visited> bare) =>
            new(name, Median(visits), visits.Max(visit => visit.PaintMs), Median(bare), visits.Max(visit => visit.Shift),
                visits.Max(visit => visit.ScriptBytes), visits.Max(visit => visit.FontBytes));

        public object AsJson() => new
        {
            name = $"largest-paint-{Name}",
            per_s = (double?)null,
            p50_ms = Math.Round(MedianMs, 1),
            p99_ms = Math.Round(SlowestMs, 1),
            cpu_ms = (double?)null,
            limit_per_s = (double?)null,
            ratio = Math.Round(Ratio, 4),
            bare_p50_ms = Math.Round(BareMs, 1),
            goal_ms = GoalMs,
            layout_shift = Math.Round(Shift, 4),
            script_bytes = ScriptBytes,
            font_bytes = FontBytes,
            holds = Holds,
        };

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{(Holds ? "holds" : "DOES NOT HOLD")}: {Name}: largest contentful paint after {MedianMs:0} ms (median of {Visits}, slowest "
                + $"{SlowestMs:0}; {GoalMs:0} where the machine allows it), {Ratio:0.00} times the bare page's {BareMs:0} ms "
                + $"(at most {MostRatio}); layout shift {Shift:0.000} (under {MostShift}); {ScriptBytes / 1024.0:0} KB of script, gzipped (under {MostScript / 1024:0}); "
                + $"{FontBytes / 1024.0:0} KB of fonts (under {MostFonts / 1024:0})");

        private static double Median(IReadOnlyList<Visited> visits) => visits.Select(visit => visit.PaintMs).Order().ElementAt(visits.Count / 2);
    }
}
