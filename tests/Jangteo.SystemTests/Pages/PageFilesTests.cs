using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Jangteo.SystemTests.Pages;

/// <summary>How the pages come to a browser: their files, and what they may do there.</summary>
public sealed partial class PageFilesTests(SharedProgram shared, Browser browser)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ko-KR,ko;q=0.9,en;q=0.8", "ko")]
    [InlineData("en-GB,en;q=0.9", "en")]
    [InlineData("", "ko")]
    public async Task It_speaks_the_language_of_the_reader_and_names_the_texts_of_that_language_only(string accepts, string language)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (accepts.Length > 0)
            request.Headers.Add("Accept-Language", accepts);
        using var answer = await (await shared.Running).Anonymous.SendAsync(request, ct);

        var page = await answer.Content.ReadAsStringAsync(ct);
        Assert.Contains($"<html lang=\"{language}\">", page);
        Assert.Equal([language], Texts().Matches(page).Select(link => link.Groups["language"].Value));
    }

    [Fact]
    public async Task Every_file_it_needs_is_here_and_nothing_may_be_fetched_from_elsewhere()
    {
        var program = await shared.Running;
        using var page = await program.Anonymous.GetAsync("/", ct);
        var needs = References().Matches(await page.Content.ReadAsStringAsync(ct)).Select(match => match.Groups["where"].Value).Where(where => !where.StartsWith('#')).ToList();

        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("script-src 'self';", policy);
        Assert.NotEmpty(needs);
        Assert.All(needs, where => Assert.StartsWith("/", where));
        foreach (var where in needs.Distinct())
        {
            using var file = await program.Anonymous.GetAsync(where, ct);
            Assert.True(file.IsSuccessStatusCode, where);
        }
    }

    [Fact]
    public async Task A_browser_that_has_it_is_not_sent_it_again()
    {
        var program = await shared.Running;
        using var first = await program.Anonymous.GetAsync("/sign-in", ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var again = await program.Anonymous.SendAsync(request, ct);

        Assert.Equal(304, (int)again.StatusCode);
    }

    [Theory]
    [InlineData("/assets/nothing.js")]
    [InlineData("/assets/..%2Findex.html")]
    [InlineData("/assets/appsettings.json")]
    [InlineData("/nowhere")]
    public async Task What_is_no_file_of_the_pages_is_not_found(string path)
    {
        using var answer = await (await shared.Running).Anonymous.GetAsync(path, ct);

        Assert.Equal(404, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("/nowhere", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "text/html")]
    [InlineData("/listings/17", "text/html", "text/html")]
    [InlineData("/listings/------------------------------------", "text/html", "text/html")]
    [InlineData("/listings/0190d0a0-0000-7000-8000-000000000000", "text/html", "text/html")]
    [InlineData("/a/b/c.html", "TEXT/HTML", "text/html")]
    [InlineData("/apiary", "text/html", "text/html")]
    [InlineData("/nowhere", "*/*", "application/problem+json")]
    [InlineData("/nowhere", "text/html;q=0, application/json", "application/problem+json")]
    [InlineData("/nowhere", ";;,", "application/problem+json")]
    [InlineData("/api/nowhere", "text/html", "application/problem+json")]
    [InlineData("/API/nowhere", "text/html", "application/problem+json")]
    [InlineData("/openapi/v9.json", "text/html", "application/problem+json")]
    [InlineData("/health/nowhere", "text/html", "application/problem+json")]
    [InlineData("/assets/nothing.js", "text/html", "application/problem+json")]
    [InlineData("/internal/nowhere", "text/html", "application/problem+json")]
    public async Task An_address_that_is_none_is_a_page_in_a_browser_and_a_problem_document_for_programs(
        string path, string accept, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var answer = await (await shared.Running).Anonymous.SendAsync(request, ct);

        Assert.Equal((404, type), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Null(answer.Headers.ETag);
    }

    [Fact]
    public async Task In_a_browser_an_address_that_is_none_leads_on()
    {
        await using var window = await browser.Open(await shared.Running);

        var answer = await window.Page.GotoAsync("/nowhere");

        Assert.Equal(404, answer!.Status);
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Go to home page", Exact = true }).ClickAsync();
        await Assertions.Expect(window.Page).ToHaveURLAsync(new Regex("/$"));
    }

    [Fact]
    public async Task A_link_to_a_listing_shows_it_where_it_is_shared()
    {
        var program = await shared.Running;
        var thing = await new Shop(program).List("neighborhood-rental", price: 3_000, title: "Drill \"Max\" & <bits>");

        var page = await Shop.Eventually(() => Page($"/listings/{thing.Id}"), page => page.Contains("Drill", StringComparison.Ordinal));

        Assert.Contains("<title>Drill &quot;Max&quot; &amp; &lt;bits&gt; · 장터 Jangteo</title>", page);
        Assert.Contains("<h1>Drill &quot;Max&quot; &amp; &lt;bits&gt;</h1><p class=\"price\">₩3,000</p>", page);
        Assert.Contains("<meta property=\"og:title\" content=\"Drill &quot;Max&quot; &amp; &lt;bits&gt;\" />", page);
        Assert.Contains("<meta property=\"og:description\" content=\"₩3,000 · As good as new.\" />", page);
        Assert.Contains($"<meta property=\"og:url\" content=\"{program.Address}listings/{thing.Id}\" />", page);
    }

    [Fact]
    public async Task A_withdrawn_listing_is_a_page_for_those_who_traded_it_and_none_for_others()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("second-hand", title: "A globe that is withdrawn"));
        await Shop.Eventually(() => StatusOf(null), status => status == 200);

        Assert.Equal(200, (await deal.Seller.Delete($"/api/listings/{deal.Thing.Id}")).Status);

        await Shop.Eventually(() => StatusOf(null), status => status == 404);
        Assert.Equal(404, await StatusOf((await shop.Somebody("stranger")).Name));
        Assert.Equal(200, await StatusOf(deal.Seller.Name));
        Assert.Equal(200, await StatusOf(deal.Buyer.Name));

        async Task<int> StatusOf(string? person)
        {
            var reader = person is null ? program.Anonymous : await program.As(person);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/listings/{deal.Thing.Id}");
            request.Headers.Add("Accept", "text/html");
            using var answer = await reader.SendAsync(request, ct);
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task The_first_list_is_in_the_start_page_and_in_no_other()
    {
        var title = $"A globe for the start page {Guid.NewGuid():n}";
        await new Shop(await shared.Running).List("second-hand", title: title);

        var page = await Shop.Eventually(() => Page("/"), page => page.Contains(title, StringComparison.Ordinal));

        var start = JsonNode.Parse(Start().Match(page).Groups["json"].Value)!;
        Assert.Contains(title, start["listings"]!["items"]!.AsArray().Select(one => (string?)one!["title"]));
        Assert.Equal("en", (string?)start["language"]);
        foreach (var other in new[] { "/?q=globe", "/sign-in", "/nowhere" })
            Assert.DoesNotMatch(Start(), await Page(other));
    }

    [Fact]
    public async Task The_first_things_are_drawn_without_asking_for_them()
    {
        var program = await shared.Running;
        await using var window = await browser.Open(program, mayFail: true);
        var asked = 0;
        await window.Page.RouteAsync("**/api/listings?*", route =>
        {
            Interlocked.Increment(ref asked);
            return route.AbortAsync();
        });
        // Without the stream nothing changes meanwhile.
        await window.Page.RouteAsync("**/api/live*", route => route.AbortAsync());

        await window.Go("/");

        await Assertions.Expect(window.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(24);
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "results" })).ToBeVisibleAsync();
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task What_changes_after_the_start_page_was_sent_is_shown()
    {
        var program = await shared.Running;
        await using var window = await browser.Open(program);
        var (opened, mayOpen) = (new TaskCompletionSource(), new TaskCompletionSource());
        await window.Page.RouteAsync("**/api/live*", async route =>
        {
            opened.TrySetResult();
            await mayOpen.Task;
            await route.ContinueAsync();
        });
        await window.Go("/");
        await opened.Task.WaitAsync(TimeSpan.FromMinutes(1), ct);
        var title = $"A globe of a moment ago {Guid.NewGuid():n}";
        await new Shop(program).List("second-hand", title: title);
        await Shop.Eventually(
            () => program.Anonymous.GetStringAsync("/api/listings", ct), found => found.Contains(title, StringComparison.Ordinal));

        mayOpen.SetResult();

        await Assertions.Expect(window.Link(title)).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/sign-in")]
    public async Task Any_other_link_shows_the_market(string path)
    {
        var page = await Page(path);

        Assert.Contains("<title>장터 Jangteo</title>", page);
        Assert.Contains("<meta property=\"og:title\" content=\"장터 Jangteo\" />", page);
        Assert.Contains("<meta name=\"description\" content=\"Buy, sell, rent and share things with people near you.\" />", page);
    }

    [Fact]
    public async Task Before_its_program_runs_it_names_the_market_and_colours_the_bars_of_the_browser()
    {
        var page = await Page("/");

        Assert.Matches("<div class=\"first\"><img [^>]+>장터 Jangteo</div>", page);
        Assert.Contains("<noscript>", page);
        Assert.Contains("<meta name=\"theme-color\" content=\"#0b6e69\" />", page);
    }

    [Fact]
    public async Task It_can_be_kept_as_an_app()
    {
        var program = await shared.Running;
        using var answer = await program.Anonymous.GetAsync("/manifest.webmanifest", ct);
        var manifest = JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!;

        Assert.Equal("application/manifest+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(("장터 Jangteo", "/", "standalone"), ((string?)manifest["name"], (string?)manifest["start_url"], (string?)manifest["display"]));
        using var icon = await program.Anonymous.GetAsync((string)manifest["icons"]![0]!["src"]!, ct);
        Assert.Equal("image/svg+xml", icon.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Search_engines_keep_out_of_a_sandbox()
    {
        var program = await shared.Running;
        using var sitemap = await program.Anonymous.GetAsync("/sitemap.xml", ct);

        Assert.Equal("User-agent: *\nDisallow: /\n", await program.Anonymous.GetStringAsync("/robots.txt", ct));
        Assert.Equal(404, (int)sitemap.StatusCode);
    }

    private async Task<string> Page(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept-Language", "en");
        using var answer = await (await shared.Running).Anonymous.SendAsync(request, ct);
        return await answer.Content.ReadAsStringAsync(ct);
    }

    [Fact]
    public async Task What_the_first_page_needs_is_at_most_170_kilobytes_of_script_compressed()
    {
        var program = await shared.Running;
        var page = await program.Anonymous.GetStringAsync("/", ct);
        var entry = Entry().Match(page).Groups["file"].Value;
        var scripts = new Dictionary<string, byte[]>();
        await Gather(entry);
        await Gather(Program().Match(Encoding.UTF8.GetString(scripts[entry])).Groups["file"].Value);
        await Gather(Texts().Match(page).Groups["file"].Value);
        var size = 0L;
        foreach (var script in scripts.Values)
        {
            using var packed = new MemoryStream();
            await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
                await gzip.WriteAsync(script, ct);
            size += packed.Length;
        }

        Assert.InRange(size, 50 * 1024, 170 * 1024);

        async Task Gather(string file)
        {
            if (scripts.ContainsKey(file))
                return;
            scripts[file] = await program.Anonymous.GetByteArrayAsync($"/assets/{file}", ct);
            foreach (Match import in Imports().Matches(Encoding.UTF8.GetString(scripts[file])))
                await Gather(import.Groups["file"].Value);
        }
    }

    [GeneratedRegex("<script type=\"module\"[^>]* src=\"/assets/(?<file>[^\"]+)\"")]
    private static partial Regex Entry();

    /// <summary>What the entry begins once the first things are seen.</summary>
    [GeneratedRegex("assets/(?<file>main-[^\"]+\\.js)")]
    private static partial Regex Program();

    [GeneratedRegex("href=\"/assets/(?<file>[^\"]+)\" data-language=\"(?<language>\\w+)\"")]
    private static partial Regex Texts();

    /// <summary>The parts that a part is fetched together with.</summary>
    [GeneratedRegex("(?:from|import)\\s*\"\\./(?<file>[^\"]+\\.js)\"")]
    private static partial Regex Imports();

    [GeneratedRegex("<script type=\"application/json\" id=\"start\">(?<json>[^<]+)</script></body>")]
    private static partial Regex Start();

    [GeneratedRegex("(?:src|href)=\"(?<where>[^\"]+)\"")]
    private static partial Regex References();
}
