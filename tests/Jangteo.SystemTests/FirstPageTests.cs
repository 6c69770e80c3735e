using System.Text.RegularExpressions;

namespace Jangteo.SystemTests;

/// <summary>The page at the address that a newcomer opens first.</summary>
public sealed partial class FirstPageTests(SharedProgram shared)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ko-KR,ko;q=0.9,en;q=0.8", "<html lang=\"ko\">")]
    [InlineData("en-GB,en;q=0.9", "<html lang=\"en\">")]
    [InlineData("", "<html lang=\"en\">")]
    public async Task It_speaks_the_language_of_who_opens_it(string accepts, string says)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (accepts.Length > 0)
            request.Headers.Add("Accept-Language", accepts);
        using var answer = await (await shared.Running).Anonymous.SendAsync(request, ct);

        Assert.Contains(says, await answer.Content.ReadAsStringAsync(ct));
    }

    [Fact]
    public async Task Every_file_it_needs_is_here_and_nothing_may_be_fetched_from_elsewhere()
    {
        var program = await shared.Running;
        using var page = await program.Anonymous.GetAsync("/", ct);
        var needs = References().Matches(await page.Content.ReadAsStringAsync(ct)).Select(match => match.Groups["where"].Value).Where(where => !where.StartsWith('#')).ToList();

        Assert.Contains("default-src 'none'", Assert.Single(page.Headers.GetValues("Content-Security-Policy")));
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
        using var first = await program.Anonymous.GetAsync("/page/page.js", ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/page/page.js");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var again = await program.Anonymous.SendAsync(request, ct);

        Assert.Equal(304, (int)again.StatusCode);
    }

    [GeneratedRegex("(?:src|href)=\"(?<where>[^\"]+)\"")]
    private static partial Regex References();
}
