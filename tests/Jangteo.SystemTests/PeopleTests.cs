using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Jangteo.SystemTests;

/// <summary>Signing up, in and out, as seen from outside.</summary>
public sealed class PeopleTests(SharedProgram shared)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_signs_up_is_signed_in_and_is_no_operator()
    {
        var program = await shared.Running;
        var email = NewEmail();

        var (status, body) = await Post(
            program.Anonymous, "/api/people",
            new { name = " Kim Minji ", email, password = "long enough to sign in", phone = "+821012345678", language = "ko" });
        var me = JsonNode.Parse(await With(program, (string)body!["token"]!).GetStringAsync("/api/people/me", ct))!;

        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(("Kim Minji", email, "+821012345678", "ko", false), ((string)me["name"]!, (string)me["email"]!, (string)me["phone"]!, (string)me["language"]!, (bool)me["isOperator"]!));
    }

    [Fact]
    public async Task An_email_is_one_persons_however_it_is_written()
    {
        var program = await shared.Running;
        var email = NewEmail();
        await Post(program.Anonymous, "/api/people", new { name = "Kim", email, password = "long enough to sign in" });

        var (status, body) = await Post(
            program.Anonymous, "/api/people", new { name = "Lee", email = email.ToUpperInvariant(), password = "long enough to sign in" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal(["email"], body!["errors"]!.AsObject().Select(field => field.Key));
    }

    [Fact]
    public async Task Two_who_sign_up_with_one_email_at_once_are_one_person()
    {
        var program = await shared.Running;
        var email = NewEmail();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(one => PostUntilHeard(
            program.Anonymous, "/api/people", new { name = $"Kim {one}", email, password = "long enough to sign in" })));

        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.Equal(5, answers.Count(answer => answer.Status == HttpStatusCode.UnprocessableEntity));
    }

    [Fact]
    public async Task Everything_wrong_with_a_sign_up_is_said_at_once()
    {
        var (status, body) = await Post(
            (await shared.Running).Anonymous, "/api/people",
            new { name = " ", email = "kim@", password = "short", phone = "010-12", language = "fr" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal(["email", "language", "name", "password", "phone"], body!["errors"]!.AsObject().Select(field => field.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_wrong_email_and_a_wrong_password_are_one_answer()
    {
        var program = await shared.Running;
        var email = NewEmail();
        await Post(program.Anonymous, "/api/people", new { name = "Kim", email, password = "long enough to sign in" });

        var wrongPassword = await Post(program.Anonymous, "/api/session", new { email, password = "long enougH to sign in" });
        var wrongEmail = await Post(program.Anonymous, "/api/session", new { email = NewEmail(), password = "long enough to sign in" });

        Assert.Equal(HttpStatusCode.Unauthorized, wrongPassword.Status);
        Assert.Equal(wrongPassword.Body!.ToJsonString(), wrongEmail.Body!.ToJsonString());
    }

    [Fact]
    public async Task A_page_is_signed_in_by_its_cookie_and_another_site_cannot_use_it()
    {
        var program = await shared.Running;
        using var signedIn = await program.Anonymous.PostAsJsonAsync("/api/session", new { person = "minji" }, ct);
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=lax", cookie);
        var sent = cookie.Split(';')[0];

        Assert.Equal(HttpStatusCode.OK, await ReadNotices(null, "application/json", HttpMethod.Get));
        Assert.Equal(HttpStatusCode.OK, await ReadNotices(program.Address.GetLeftPart(UriPartial.Authority), "application/json", HttpMethod.Patch));
        Assert.Equal(HttpStatusCode.Forbidden, await ReadNotices("http://elsewhere.example", "application/json", HttpMethod.Patch));
        Assert.Equal(HttpStatusCode.Forbidden, await ReadNotices(null, "application/json", HttpMethod.Patch));
        Assert.Equal(HttpStatusCode.BadRequest, await ReadNotices(program.Address.GetLeftPart(UriPartial.Authority), "text/plain", HttpMethod.Patch));

        async Task<HttpStatusCode> ReadNotices(string? origin, string type, HttpMethod method)
        {
            using var request = new HttpRequestMessage(method, "/api/people/me");
            request.Headers.Add("Cookie", sent);
            if (origin is not null)
                request.Headers.Add("Origin", origin);
            if (method != HttpMethod.Get)
                request.Content = new StringContent("{}", Encoding.UTF8, type);
            using var answer = await program.Anonymous.SendAsync(request, ct);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_token_is_good_after_the_program_has_started_again()
    {
        await using var program = await JangteoProgram.Start();
        var token = (string)(await Post(program.Anonymous, "/api/session", new { person = "minji" })).Body!["token"]!;
        await program.Kill();
        await program.StartAgain();

        var me = await With(program, token).GetStringAsync("/api/people/me", ct);

        Assert.Contains("minji", me);
    }

    [Fact]
    public async Task A_token_that_was_changed_by_one_letter_is_nobodys()
    {
        var program = await shared.Running;
        var token = (string)(await Post(program.Anonymous, "/api/session", new { person = "minji" })).Body!["token"]!;

        using var answer = await With(program, token[..60] + (token[60] == 'A' ? 'B' : 'A') + token[61..]).GetAsync("/api/people/me", ct);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Who_signs_out_everywhere_is_known_by_no_earlier_token()
    {
        var program = await shared.Running;
        var email = NewEmail();
        using var page = With(
            program,
            (string)(await Post(program.Anonymous, "/api/people", new { name = "Kim", email, password = "long enough to sign in" }))
                .Body!["token"]!);
        using var elsewhere = With(program, await SignIn());

        Assert.Equal(HttpStatusCode.NoContent, (await page.DeleteAsync("/api/session?everywhere=true", ct)).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await page.GetAsync("/api/people/me", ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await page.DeleteAsync("/api/session?everywhere=true", ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await elsewhere.PatchAsJsonAsync("/api/people/me", new { phone = "+821087654321" }, ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await With(program, await SignIn()).GetAsync("/api/people/me", ct)).StatusCode);

        async Task<string> SignIn() =>
            (string)(await Post(program.Anonymous, "/api/session", new { email, password = "long enough to sign in" })).Body!["token"]!;
    }

    [Fact]
    public async Task Who_signs_out_here_stays_signed_in_elsewhere()
    {
        var program = await shared.Running;
        var (email, password) = (NewEmail(), "long enough to sign in");
        using var here = With(
            program, (string)(await Post(program.Anonymous, "/api/people", new { name = "Kim", email, password })).Body!["token"]!);
        using var elsewhere = With(
            program, (string)(await Post(program.Anonymous, "/api/session", new { email, password })).Body!["token"]!);

        using var answer = await here.DeleteAsync("/api/session", ct);

        Assert.Contains("jangteo-session=;", Assert.Single(answer.Headers.GetValues("Set-Cookie")));
        Assert.Equal(HttpStatusCode.Unauthorized, (await here.GetAsync("/api/notices", ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/api/notices", ct)).StatusCode);
    }

    [Fact]
    public async Task An_operator_is_made_on_the_command_line_and_nowhere_else()
    {
        var program = await shared.Running;
        var email = NewEmail();
        var before =
            (string)(await Post(program.Anonymous, "/api/people", new { name = "Kim", email, password = "long enough to sign in" }))
            .Body!["token"]!;
        Assert.Equal(HttpStatusCode.NotFound, (await With(program, before).GetAsync("/api/operator/rest", ct)).StatusCode);

        await program.RunCommand("operator", "add", email);

        var after = (string)(await Post(program.Anonymous, "/api/session", new { email, password = "long enough to sign in" }))
            .Body!["token"]!;
        Assert.Equal(HttpStatusCode.OK, (await With(program, after).GetAsync("/api/operator/rest", ct)).StatusCode);
    }

    [Fact]
    public async Task What_a_person_changes_stays_and_the_rest_too()
    {
        var program = await shared.Running;
        var kim = With(program, (string)(await Post(program.Anonymous, "/api/people", new { name = "Kim", email = NewEmail(), password = "long enough to sign in", phone = "+821012345678" })).Body!["token"]!);

        await kim.PatchAsJsonAsync("/api/people/me", new { name = "Lee" }, ct);
        await kim.PatchAsJsonAsync("/api/people/me", new { phone = "" }, ct);

        var me = JsonNode.Parse(await kim.GetStringAsync("/api/people/me", ct))!;
        Assert.Equal(("Lee", null), ((string)me["name"]!, (string?)me["phone"]));
    }

    [Fact]
    public async Task Every_answer_names_the_correlation_of_its_request()
    {
        var program = await shared.Running;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/kinds");
        request.Headers.Add("X-Correlation-Id", "0190d0a0-0000-7000-8000-000000000001");

        using var named = await program.Anonymous.SendAsync(request, ct);
        using var unnamed = await program.Anonymous.GetAsync("/api/nowhere", ct);

        Assert.Equal("0190d0a0-0000-7000-8000-000000000001", Assert.Single(named.Headers.GetValues("X-Correlation-Id")));
        Assert.True(Guid.TryParse(Assert.Single(unnamed.Headers.GetValues("X-Correlation-Id")), out _));
    }

    [Fact]
    public async Task Who_asks_too_often_is_told_when_to_come_back()
    {
        await using var program = await JangteoProgram.Start(("Limits:PerPersonPerSecond", "1"));
        var minji = await program.As("minji");
        HttpResponseMessage answer;
        var asked = 0;
        do
        {
            answer = await minji.GetAsync("/api/people/me", ct);
        }
        while (answer.IsSuccessStatusCode && ++asked < 100);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.True((await (await program.As("junho")).GetAsync("/api/people/me", ct)).IsSuccessStatusCode);
    }

    private static string NewEmail() => $"{Guid.NewGuid():N}@example.com";

    private static HttpClient With(JangteoProgram program, string token)
    {
        var client = program.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Asks again while it is told to come back: passwords are hashed after everything else that a busy machine has to do.</summary>
    private async Task<(HttpStatusCode Status, JsonNode? Body)> PostUntilHeard(HttpClient client, string path, object body)
    {
        var answer = await Post(client, path, body);
        while (answer.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), ct);
            answer = await Post(client, path, body);
        }

        return answer;
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> Post(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body, ct);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct)));
    }
}
