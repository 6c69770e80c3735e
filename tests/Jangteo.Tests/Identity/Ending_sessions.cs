using Jangteo.Delivery;
using Jangteo.Identity;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Jangteo.Views;
using Npgsql;

namespace Jangteo.Tests.Identity;

/// <summary>
/// Sessions that end: signed out, ended everywhere, expired; in the process that ends them and in another with another module.
/// </summary>
public sealed class Ending_sessions(TestPostgres postgres)
{
    private const string Password = "long enough to sign in";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_signs_out_everywhere_is_refused_in_every_process_and_can_sign_in_again()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        await using var other = await bed.Beside(new DeliveryModule());
        var one = await SignUp(bed);
        var two = await SignIn(bed);
        Assert.Equal((200, 200), (await Read(other, one), await Read(other, two)));

        Assert.Equal(204, (await bed.Send(HttpMethod.Delete, "/api/session?everywhere=true", null, null, Bearer(one))).Status);

        Assert.Equal((401, 401), (await See(bed, one), await See(bed, two)));
        await ModuleBed.Until(() => Read(other, one), status => status == 401);
        Assert.Equal(401, await Read(other, two));
        Assert.Equal(401, (await other.Post($"/api/deliveries/{Guid.NewGuid()}/arrived", null, new { }, Bearer(two))).Status);
        Assert.Equal(200, await Read(other, await SignIn(bed)));
    }

    [Fact]
    public async Task Whoever_signs_out_ends_this_session_and_no_other()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        await using var other = await bed.Beside(new DeliveryModule());
        var one = await SignUp(bed);
        var two = await SignIn(bed);

        Assert.Equal(204, (await bed.Send(HttpMethod.Delete, "/api/session", null, null, Bearer(one))).Status);

        Assert.Equal((401, 200), (await See(bed, one), await See(bed, two)));
        await ModuleBed.Until(() => Read(other, one), status => status == 401);
        Assert.Equal(200, await Read(other, two));
    }

    [Fact]
    public async Task A_process_that_starts_later_knows_what_was_ended_before()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        var token = await SignUp(bed);
        await bed.Send(HttpMethod.Delete, "/api/session", null, null, Bearer(token));

        await using var other = await bed.Beside(new DeliveryModule());

        Assert.Equal(401, await Read(other, token));
    }

    [Fact]
    public async Task Sessions_end_everywhere_though_the_process_died_after_its_commit()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        await using var other = await bed.Beside(new DeliveryModule());
        var token = await SignUp(bed);
        await bed.StorageOf(Modules.Identity).Do(Cause.New(), async work =>
            EndSessions.Write(work, (await work.Find(new Sql($"select {Person.Columns} from people"), Person.Read, Ct))!), Ct);
        Assert.Equal(200, await Read(other, token));
        await bed.StartAgain();

        await ModuleBed.Until(() => Read(other, token), status => status == 401);
    }

    [Fact]
    public async Task A_session_expires_after_seven_days_and_an_operators_after_twelve_hours()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        var person = await SignUp(bed);
        await MakingOperators.Add(bed.StorageOf(Modules.Identity), "kim@example.com", Ct);
        var operates = await SignIn(bed);

        Assert.Equal((200, 200), (await See(bed, person), await See(bed, operates)));
        bed.Machine.Forward(TimeSpan.FromHours(12) - TimeSpan.FromMinutes(1));
        Assert.Equal((200, 200), (await See(bed, person), await See(bed, operates)));
        bed.Machine.Forward(TimeSpan.FromMinutes(2));
        Assert.Equal((200, 401), (await See(bed, person), await See(bed, operates)));
        bed.Machine.Forward(TimeSpan.FromDays(6.5) - TimeSpan.FromMinutes(5));
        Assert.Equal(200, await See(bed, person));
        bed.Machine.Forward(TimeSpan.FromMinutes(5));
        Assert.Equal(401, await See(bed, person));
    }

    [Fact]
    public async Task A_new_name_does_not_prolong_a_session()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        var token = await SignUp(bed);
        bed.Machine.Forward(TimeSpan.FromDays(6));

        var renamed = await bed.Send(
            HttpMethod.Patch, "/api/people/me", null, new { name = "Lee" },
            ("Cookie", $"{Sessions.Cookie}={token}"), ("Origin", bed.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)));
        var cookie = renamed.Headers["Set-Cookie"].Split(';')[0].Split('=', 2)[1];
        Assert.Equal(200, await See(bed, cookie));
        bed.Machine.Forward(TimeSpan.FromDays(1));

        Assert.Equal(401, await See(bed, cookie));
    }

    [Fact]
    public async Task A_process_that_cannot_read_what_was_ended_lets_nobody_in_after_a_while_and_goes_on_when_it_can()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        var token = await SignUp(bed);
        await Rename(bed, "revocations", "away");
        Assert.Equal(200, await See(bed, token));

        bed.Machine.Forward(Revocations.TrustedFor);

        var heard = await bed.Get("/api/people/me", null, Bearer(token));
        Assert.Equal((503, "busy"), (heard.Status, heard.Problem));
        Assert.Equal(404, (await bed.Get("/api/nowhere")).Status);
        await Rename(bed, "away", "revocations");
        await ModuleBed.Until(() => See(bed, token), status => status == 200);
    }

    [Fact]
    public async Task A_live_stream_ends_with_its_session()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule(), new ViewsModule()]);
        var token = await SignUp(bed);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/live");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var stream = await bed.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Ct));
        Assert.StartsWith("event: hello", await reader.ReadLineAsync(Ct));

        await bed.Send(HttpMethod.Delete, "/api/session?everywhere=true", null, null, Bearer(token));

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        await reader.ReadToEndAsync(patience.Token);
    }

    private static async Task Rename(ModuleBed bed, string from, string to)
    {
        await using var source = NpgsqlDataSource.Create(bed.AdminOf("common"));
        await using var command = source.CreateCommand($"alter table common.{from} rename to {to}");
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static (string, string) Bearer(string token) => ("Authorization", $"Bearer {token}");

    private static async Task<int> See(ModuleBed bed, string token) => (await bed.Get("/api/people/me", null, Bearer(token))).Status;

    private static async Task<int> Read(ModuleBed bed, string token) => (await bed.Get("/api/deliveries", null, Bearer(token))).Status;

    private static async Task<string> SignUp(ModuleBed bed)
    {
        var heard = await bed.Post("/api/people", null, new { name = "Kim", email = "kim@example.com", password = Password });
        Assert.Equal(201, heard.Status);
        return heard["token"];
    }

    private static async Task<string> SignIn(ModuleBed bed)
    {
        var heard = await bed.Post("/api/session", null, new { email = "kim@example.com", password = Password });
        Assert.Equal(200, heard.Status);
        return heard["token"];
    }
}
