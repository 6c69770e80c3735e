using System.Text.Json.Nodes;

namespace Jangteo.SystemTests;

/// <summary>People who are stopped by the commands of the program, beside the program that runs.</summary>
[Collection(TimelessProgram.Tests)]
public sealed class StoppedPeopleTests(TimelessProgram timeless)
{
    [Fact]
    public async Task Suspended_on_the_command_line_a_person_can_do_nothing_and_their_trades_end_by_their_tables()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var (person, other) = (await shop.Somebody("stopped"), await shop.Somebody("other"));
        var title = $"Thing of {person.Name}";
        var asSeller = await shop.Begun(await shop.List("second-hand", seller: person), other);
        var asBuyer = await shop.Begun(await shop.List("second-hand", seller: other), person);
        await Shop.Eventually(() => asBuyer.SellerDoes("accept", key: "accept"), said => said.Status == 200);
        var onOffer = await shop.List("second-hand", seller: person, title: title);
        await IsFound(onOffer, true);

        var said = await program.RunCommand("person", "suspend", Email(person), "--reason", "Sold what was not theirs.");
        Assert.Contains("is suspended", said);

        await Shop.Eventually(() => Status(person), statuses => statuses.All(status => status == 401));
        var signIn = await (await shop.Somebody("someone")).Post("/api/session", new JsonObject { ["person"] = person.Name });
        Assert.Equal((403, "suspended"), (signIn.Status, signIn.Code));
        await IsFound(onOffer, false);
        Assert.Equal("seller-suspended", (await Shop.Eventually(() => shop.Ask(other, onOffer), said => said.Status != 201)).Code);

        // Neither party moves its trade: time ends both, and the money goes where the table says.
        await shop.Forward("8d");
        var refunded = await shop.At(asSeller, trade => (long?)trade["money"]?["refunded"] == asSeller.Thing.Price);
        Assert.Equal(("rejected", 0), ((string?)refunded["state"], refunded["youMay"]!.AsArray().Count));
        var paid = await Shop.Eventually(
            async () => (await other.Get($"/api/trades/{asBuyer.Id}")).Body!, trade => (long?)trade["money"]?["paidOut"] > 0);
        Assert.Equal("finished", (string?)paid["state"]);

        Assert.Contains("can sign in again", await program.RunCommand("person", "restore", Email(person), "--reason", "It was theirs."));
        await IsFound(onOffer, true);
        Assert.All(await Status(await shop.Named(person.Name)), status => Assert.Equal(200, status));
        Assert.Equal(201, (await Shop.Eventually(() => shop.Ask(other, onOffer), said => said.Code != "seller-suspended")).Status);
        await shop.BooksAreRight();

        Task IsFound(Thing thing, bool isFound) => Shop.Eventually(
            async () => (await other.Get($"/api/listings?q={Uri.EscapeDataString(title)}")).Body!["items"]!.AsArray(),
            found => found.Any(one => (Guid)one!["id"]! == thing.Id) == isFound);
    }

    [Fact]
    public async Task An_operator_who_is_removed_on_the_command_line_operates_no_more()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var email = Email(await shop.Somebody("colleague"));
        await program.RunCommand("operator", "add", email);
        var operates = await shop.Named(email.Split('@')[0]);
        Assert.Equal(200, (await operates.Get("/api/operator/rest")).Status);

        Assert.Contains("is no operator any more", await program.RunCommand("operator", "remove", email));

        await Shop.Eventually(() => operates.Get("/api/operator/rest"), said => said.Status == 401);
        Assert.Equal(404, (await (await shop.Named(operates.Name)).Get("/api/operator/rest")).Status);
        var mistaken = await Assert.ThrowsAsync<InvalidOperationException>(
            () => program.RunCommand("operator", "remove", "no-one@example.com"));
        Assert.Contains("ended with 1: No account has the e-mail no-one@example.com.", mistaken.Message);
    }

    /// <summary>What reads of four modules answer to a token.</summary>
    private static async Task<int[]> Status(Visitor person) => await Task.WhenAll(
        new[] { "/api/people/me", "/api/my/trades", "/api/my/statement", "/api/notices" }
            .Select(async path => (await person.Get(path)).Status));

    private static string Email(Visitor person) => $"{person.Name}@sandbox.example";
}
