using Jangteo.Commands;
using Jangteo.Contracts;
using Jangteo.Identity;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Jangteo.Tests.Beds;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Identity;

/// <summary>People who are suspended, operators who are removed, and passwords that are changed.</summary>
public sealed class Stopping_people(TestPostgres postgres)
{
    private const string Email = "kim@example.com";
    private const string Password = "long enough to sign in";
    private const string Chosen = "another one, long enough";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_suspended_person_is_signed_out_and_cannot_sign_in_until_restored()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        var token = await SignUp(bed);

        Assert.True(await Stop(bed).Suspend(Email, "Sold what was not theirs.", Ct));

        await IsOver(() => See(bed, token));
        Assert.Equal((403, "suspended"), await SignIn(bed, Password));
        Assert.Equal((401, "unauthenticated"), await SignIn(bed, "a wrong password"));
        Assert.True(await Stop(bed).Restore(Email, "It was theirs.", Ct));
        Assert.Equal((200, null), await SignIn(bed, Password));
        Assert.Equal(401, await See(bed, token));
        Assert.Equal(["suspend-person", "restore-person"], await Acts(bed));
        Assert.False(await Stop(bed).Suspend("nobody@example.com", "Why not.", Ct));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \u200b ")]
    [InlineData("\u202e")]
    [InlineData(null)]
    public async Task On_the_command_line_a_reason_is_read_by_the_same_rule_as_on_the_pages(string? given)
    {
        var reason = given ?? new string('x', 1001);
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        await SignUp(bed);

        foreach (var command in new[] { "suspend", "restore" })
        {
            Assert.Contains("--reason", Assert.Single(MakeOperator.OfPeople().Parse([command, Email, "--reason", reason]).Errors).Message, StringComparison.Ordinal);
            Assert.Empty(MakeOperator.OfPeople().Parse([command, Email, "--reason", "Sold what was not theirs."]).Errors);
        }

        Assert.Equal("invalid", (await Assert.ThrowsAsync<RefusedException>(() => Stop(bed).Suspend(Email, reason, Ct))).Refusal.Code);
        Assert.Equal("invalid", (await Assert.ThrowsAsync<RefusedException>(() => Stop(bed).Restore(Email, reason, Ct))).Refusal.Code);
        Assert.Empty(await Acts(bed));
    }

    [Fact]
    public async Task An_operator_who_is_removed_operates_no_more_at_once_and_after_signing_in_again()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        await SignUp(bed);
        await MakingOperators.Add(bed.StorageOf(Modules.Identity), Email, Ct);
        var operates = (await bed.Post("/api/session", null, new { email = Email, password = Password }))["token"];
        Assert.Equal(200, await Operate(operates));

        Assert.True(await Stop(bed).RemoveOperator(Email, Ct));

        await IsOver(() => Operate(operates));
        Assert.Equal(404, await Operate((await bed.Post("/api/session", null, new { email = Email, password = Password }))["token"]));
        Assert.Equal(["add-operator", "remove-operator"], await Acts(bed));

        async Task<int> Operate(string token) => (await bed.Get("/api/operator/identity/people", null, Bearer(token))).Status;
    }

    [Fact]
    public async Task A_new_password_ends_every_other_session_and_this_one_goes_on_with_the_new_token()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        var here = await SignUp(bed);
        var elsewhere = (await bed.Post("/api/session", null, new { email = Email, password = Password }))["token"];

        var changed = await bed.Post("/api/people/me/password", null, new { current = Password, @new = Chosen }, Bearer(here));

        Assert.Equal(200, changed.Status);
        Assert.Contains("jangteo-session=", changed.Headers["Set-Cookie"]);
        Assert.Equal((401, 401, 200), (await See(bed, here), await See(bed, elsewhere), await See(bed, changed["token"])));
        Assert.Equal((401, "unauthenticated"), await SignIn(bed, Password));
        Assert.Equal((200, null), await SignIn(bed, Chosen));
    }

    [Fact]
    public async Task Of_two_who_change_one_password_at_once_one_wins_and_the_other_is_signed_out()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        var token = await SignUp(bed);

        // On a busy machine one waits too long for its turn to hash, and is told to try again.
        var answers = await Task.WhenAll(new[] { Chosen, Chosen + " too" }.Select(chosen => ModuleBed.Until(
            () => bed.Post("/api/people/me/password", null, new { current = Password, @new = chosen }, Bearer(token)),
            answer => answer.Status != 429)));

        Assert.Equal([200, 401], answers.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task The_current_password_is_needed_and_guesses_at_it_are_slowed_down()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        bed.Machine.Stand();
        var token = await SignUp(bed);

        var wrong = await bed.Post("/api/people/me/password", null, new { current = "a wrong password", @new = Chosen }, Bearer(token));
        var guesses = await Task.WhenAll(Enumerable.Range(0, 20).Select(guess =>
            bed.Post("/api/people/me/password", null, new { current = $"a wrong password {guess}", @new = Chosen }, Bearer(token))));

        Assert.Equal(422, wrong.Status);
        Assert.Equal(["current"], wrong.Fields);
        Assert.InRange(guesses.Count(answer => answer.Status == 422), 1, GuessRules.OneGuesser.Free - 1);
        Assert.All(guesses, answer => Assert.True(answer.Status is 422 or 429 or 503, $"{answer}"));
        Assert.Equal((200, null), await SignIn(bed, Password));
        Assert.Equal(401, (await bed.Post("/api/people/me/password", null, new { current = Password, @new = Chosen })).Status);
        Assert.Equal(
            ["new"], (await bed.Post("/api/people/me/password", null, new { current = Password, @new = "short" }, Bearer(token))).Fields);
    }

    [Fact]
    public async Task No_trade_begins_with_a_suspended_seller_and_the_open_one_ends_by_its_table()
    {
        await using var bed = await ModuleBed.Start(postgres, [.. Target.Of("all")], new Settings());
        var (seller, buyer, other) = ("keeper", "junho", "minji");
        await bed.Post("/api/session", null, new { person = seller });
        var first = await bed.Post(
            "/api/listings", seller, new { kind = "second-hand", title = "Lamp", description = "Warm light.", price = 3000 });
        var second = await bed.Post(
            "/api/listings", seller, new { kind = "second-hand", title = "Kettle", description = "Whistles.", price = 3000 });
        var trade = await bed.Post("/api/trades", buyer, new { listing = first.Id, price = 3000, card = "ok" });
        Assert.Equal((201, 201, 201), (first.Status, second.Status, trade.Status));
        var path = $"/api/operator/identity/people/{SandboxPeople.IdOf(seller)}";

        Assert.Equal(404, (await bed.Post(path + "/suspend", buyer, new { reason = "I do not like them." })).Status);
        Assert.Equal(422, (await bed.Post(path + "/suspend", SandboxPeople.Operator, new { reason = " " })).Status);
        Assert.Equal(204, (await bed.Post(path + "/suspend", SandboxPeople.Operator, new { reason = "Stolen goods." })).Status);

        await TradingHasHeardOf(bed, 1);
        Assert.Equal(
            "seller-suspended", (await bed.Post("/api/trades", other, new { listing = second.Id, price = 3000, card = "ok" })).Problem);
        Assert.Equal(401, (await bed.Post($"/api/trades/{trade.Id}/accept", seller, new { })).Status);
        Assert.Equal("suspended", (await bed.Post("/api/session", null, new { person = seller })).Problem);
        Assert.NotEmpty((await bed.Get(path, SandboxPeople.Operator))["suspendedAt"]);
        bed.Services.GetRequiredService<BusinessClock>().Set(TimeSpan.FromDays(30));
        var ended = await ModuleBed.Until(
            () => bed.Get($"/api/trades/{trade.Id}", buyer), answer => (long?)answer.Body?["money"]?["refunded"] == 3000);
        Assert.Empty(ended.Body!["next"]!.AsArray());

        Assert.Equal(204, (await bed.Post(path + "/restore", SandboxPeople.Operator, new { reason = "They were theirs." })).Status);
        await TradingHasHeardOf(bed, 0);
        Assert.Equal(201, (await bed.Post("/api/trades", other, new { listing = second.Id, price = 3000, card = "ok" })).Status);
        await bed.Post("/api/session", null, new { person = SandboxPeople.SecondOperator });
        var colleague = $"/api/operator/identity/people/{SandboxPeople.IdOf(SandboxPeople.SecondOperator)}/suspend";
        Assert.Equal("is-operator", (await bed.Post(colleague, SandboxPeople.Operator, new { reason = "A quarrel." })).Problem);
    }

    private static Task<long> TradingHasHeardOf(ModuleBed bed, long suspended) =>
        ModuleBed.Until(
            () => bed.StorageOf(Modules.Trading).Find(new Sql("select count(*) from suspended_people"), row => row.GetInt64(0), Ct),
            count => count == suspended);

    private static StopPeopleByCommand Stop(ModuleBed bed) => new(bed.StorageOf(Modules.Identity), bed.StorageOf("common"), bed.Machine);

    private static Task<List<string>> Acts(ModuleBed bed) =>
        bed.StorageOf(Modules.Identity).Query(new Sql("select act from operator_acts order by id"), row => row.GetString(0), Ct);

    /// <summary>The command line ends a session in the database; a running program hears of it a moment later.</summary>
    private static Task<int> IsOver(Func<Task<int>> ask) => ModuleBed.Until(ask, status => status == 401);

    private static (string, string) Bearer(string token) => ("Authorization", $"Bearer {token}");

    private static async Task<int> See(ModuleBed bed, string token) => (await bed.Get("/api/people/me", null, Bearer(token))).Status;

    private static async Task<(int, string?)> SignIn(ModuleBed bed, string password)
    {
        var heard = await bed.Post("/api/session", null, new { email = Email, password });
        return (heard.Status, heard.Problem);
    }

    private static async Task<string> SignUp(ModuleBed bed)
    {
        var heard = await bed.Post("/api/people", null, new { name = "Kim", email = Email, password = Password });
        Assert.Equal(201, heard.Status);
        return heard["token"];
    }
}
