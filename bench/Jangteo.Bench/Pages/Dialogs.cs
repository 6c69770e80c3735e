using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Microsoft.Playwright;

namespace Jangteo.Bench.Pages;

/// <summary>Every dialog that a button opens: where it is, for whom, and the button.</summary>
internal static class Dialogs
{
    /// <summary>The button's name is a text of the pages, <c>move: name</c> for a move of the trade that is shown, or <c>img</c> for a picture.</summary>
    public static (string Name, string Path, string Who, string Button, string? Section)[] Of(TroubledMarket market) =>
    [
        ("pictures", $"/listings/{market.Listing}", OnShow.Buyer, "img", null),
        ("dispute", $"/trades/{market.Trade}", OnShow.Buyer, "move: contest", null),
        ("decision", $"/trades/{market.Disputed}", OnShow.Operator, "move: side-with-buyer", null),
        ("withdraw", $"/selling/{market.Listing}", OnShow.Seller, "selling.withdraw.named", null),
        ("delivery", "/selling/deliveries", OnShow.Seller, "selling.deliveries.arrivedNamed", null),
        ("account", $"/operating/people?q={OnShow.Buyer}", OnShow.Operator, "operating.people.account", null),
        ("retry-payment", "/operating", OnShow.Operator, "operating.errand.retry", "errands"),
        ("pay-elsewhere", "/operating", OnShow.Operator, "operating.errand.elsewhere", "errands"),
        ("settle-payment", "/operating", OnShow.Operator, "operating.settle.button", "errands"),
        ("match-deposit", "/operating", OnShow.Operator, "operating.deposit.match", "deposits"),
        ("send-deposit-back", "/operating", OnShow.Operator, "operating.deposit.sendBack", "deposits"),
        ("book-transfer", "/operating", OnShow.Operator, "operating.errand.retry", "unbooked"),
        ("settle-transfer", "/operating", OnShow.Operator, "operating.settle.button", "unbooked"),
        ("answer-by-hand", "/operating", OnShow.Operator, "operating.parked.answer", "parked"),
        ("confirm-proposal", "/operating", SandboxPeople.SecondOperator, "operating.proposal.confirm", "proposals"),
        ("decline-proposal", "/operating", SandboxPeople.SecondOperator, "operating.proposal.decline", "proposals"),
    ];

    /// <summary>Presses the button, and waits until the dialog is open.</summary>
    public static async Task Open(IPage page, string path, string button, string? section)
    {
        var place = page.Locator(section is null ? "main" : $"#{section}");
        var found = button == "img"
            ? place.GetByRole(AriaRole.Button).Filter(new() { Has = page.Locator("img") })
            : place.GetByRole(AriaRole.Button, new() { Name = await NameOf(page, path, button) });
        await found.First.ClickAsync();
        await page.GetByRole(AriaRole.Dialog).WaitForAsync();
    }

    /// <summary>What a button is called in English; of a name with something filled in only what stands before.</summary>
    private static async Task<string> NameOf(IPage page, string path, string button)
    {
        const string move = "move: ";
        if (button.StartsWith(move, StringComparison.Ordinal))
        {
            var answer = await page.Context.APIRequest.GetAsync($"/api{path}", new() { Headers = [new("Accept-Language", "en")] });
            var offered = JsonNode.Parse(await answer.TextAsync())!["youMay"]!.AsArray();
            return (string)offered.Single(one => (string?)one!["do"] == button[move.Length..])!["label"]!;
        }

        var texts = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine("web", "src", "texts", "en.json")))!;
        return button.Split('.').Aggregate(texts, (at, part) => at[part]!).GetValue<string>().Split("{{")[0];
    }
}
