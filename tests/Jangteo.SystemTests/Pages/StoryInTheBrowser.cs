using System.Globalization;
using System.Text.Json.Nodes;
using Jangteo.Kinds;
using Jangteo.Stories;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using Step = Jangteo.Stories.Step;

namespace Jangteo.SystemTests.Pages;

/// <summary>
/// Plays a story by the pages: whoever is in it has a browser of their own, finds the thing by searching, and presses what the page offers. A window stays
/// on its trade, so that what another does has to come by itself.
/// </summary>
internal sealed class StoryInTheBrowser(Story story, JangteoProgram market, Browser browser, Texts texts, string language) : IAsyncDisposable
{
    private const int Stale = 412;

    private readonly string title = $"{story.Offer.Title} {Random.Shared.Next():x8}";
    private readonly PageTexts page = PageTexts.In(language);
    private readonly Dictionary<string, Window> windows = [];
    private readonly Dictionary<string, string> trades = [];
    private readonly Shop shop = new(market);

    private Kind Kind => story.Kind;

    public async Task Play()
    {
        var owner = await shop.Named(story.Offer.Owner);
        await shop.List(Kind.Name, story.Offer.Price, story.Offer.Quantity, owner, title);
        foreach (var step in story.Steps)
        {
            await Take(step);
        }
    }

    private Task Take(Step step) => step switch
    {
        Step.Act { Trade: null } act => Begin(act),
        Step.Act act => Move(act),
        Step.Readdress readdress => Readdress(readdress),
        Step.Arrived arrived => Arrive(arrived),
        Step.Deposit deposit => Transfer(deposit),
        Step.Forward forward => Forward(forward),
        Step.Expect expect => Expects(expect),
        // What is told and what is left is looked at by those who play stories over HTTP.
        Step.Told or Step.Left => Task.CompletedTask,
        _ => throw new NotSupportedException($"{story.Name}: {step.Text}: choose a story without it."),
    };

    private async Task Begin(Step.Act act)
    {
        var window = await WindowOf(act.Who);
        await window.Go("/");
        await window.Fill(page["search.word"], title);
        var nothing = window.Page.GetByText(page["search.none"]);
        if (!act.Refused.IsEmpty)
        {
            // What is sold is not found any more.
            await Expect(window.Link(title).Or(nothing)).ToBeVisibleAsync();
            if (await nothing.IsVisibleAsync())
            {
                return;
            }
        }

        await window.Link(title).ClickAsync();
        var begin = window.Button(Label(act.Move));
        var notToHave = window.Page.GetByText(page["listing.notToHave"]).Or(window.Page.GetByText(page["listing.soldOut"]))
            .Or(window.Page.GetByText(page["listing.inMyTrade"]));
        await Expect(begin.Or(notToHave)).ToBeVisibleAsync();
        var again = window.Button(page["ask.again"]);
        if (await again.IsVisibleAsync())
        {
            await again.ClickAsync();
            await Expect(begin).ToBeVisibleAsync();
        }

        if (!act.Refused.IsEmpty && await notToHave.IsVisibleAsync())
        {
            return;
        }

        foreach (var need in Kind.Needs)
        {
            var field = window.Page.GetByLabel(texts.Need(Words.Of(need), language));
            await field.FillAsync(need switch
            {
                Need.Quantity => Number(act.Given.Quantity ?? 1),
                Need.Periods => Number(act.Given.Periods ?? 1),
                Need.Address => "12 Hill Street",
                _ => "Gaon Bank 110-222-333444",
            });
            if (need == Need.Quantity && act.Refused.Contains("sold-out"))
            {
                await field.BlurAsync();
                if (await field.InputValueAsync() != Number(act.Given.Quantity ?? 1))
                {
                    // The page offers no more than there is, so the order cannot be sent at all.
                    return;
                }
            }
        }

        if (act.Given.Card is { } card)
        {
            await Choose(window, card);
        }

        if (!act.Refused.IsEmpty && await begin.IsDisabledAsync())
        {
            return;
        }

        await begin.ClickAsync();
        if (!act.Refused.IsEmpty)
        {
            await Expect(window.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
            return;
        }

        await Expect(window.Page.Locator(".states [aria-current]")).ToBeVisibleAsync();
        trades[act.Who] = window.Page.Url[^36..];
    }

    private async Task Move(Step.Act act)
    {
        var window = await AtTrade(act.Who, act.Trade!);
        if (!act.Refused.IsEmpty && act.Refused.All(code => code is "not-now" or "not-yours" or "deposit-missing"))
        {
            await DoesNotOffer(window, Label(act.Move));
            return;
        }

        // An answer may arrive between what the window shows and the press. That press is refused as stale, and a person presses again.
        for (var tries = 0; await Press(window, act) == Stale && tries < 10; tries++)
        {
            await shop.AtRest();
        }

        if (!act.Refused.IsEmpty)
        {
            await Expect(window.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        }
    }

    /// <summary>Presses the button of a move, and whatever it asks for, and answers the status of what the page sent.</summary>
    private async Task<int> Press(Window window, Step.Act act)
    {
        var sent = await window.Page.RunAndWaitForResponseAsync(
            () => PressAll(window, act),
            response => response.Request.Method == "POST" && response.Url.EndsWith($"/{act.Move}", StringComparison.Ordinal));
        return sent.Status;
    }

    private async Task PressAll(Window window, Step.Act act)
    {
        await window.Button(Label(act.Move)).First.ClickAsync();
        var rows = Kind.Moves.Where(row => row.Do == act.Move).ToList();
        if (rows.Exists(row => IsWeighty(row)))
        {
            // Whatever ends a trade, moves money or starts a dispute is thought over once more.
            if (act.Given.Card is { } card)
            {
                await Choose(window, card);
            }

            if ((act.Given.Reason ?? (rows.Exists(row => LeadsToDispute(row)) ? "It is not as described." : null)) is { } reason)
            {
                await window.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox).FillAsync(reason);
            }

            await window.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = Label(act.Move), Exact = true }).ClickAsync();
        }
    }

    private bool IsWeighty(Move row) =>
        Kind.IsFinal(row.To) || row.First.Contains(Verb.HoldPayment) || row.By == Party.Operator || LeadsToDispute(row)
            || row.Ask.Any(verb => verb == Verb.Refund || verb == Verb.PayOut || verb == Verb.CancelDelivery || verb == Verb.WriteOffStock);

    private bool LeadsToDispute(Move row) => Kind.Leaving(row.To).FirstOrDefault()?.By == Party.Operator;

    private async Task Readdress(Step.Readdress readdress)
    {
        var window = await AtTrade(readdress.Who, readdress.Trade);
        if (!readdress.Refused.IsEmpty)
        {
            await DoesNotOffer(window, page["delivery.change"]);
            return;
        }

        await window.Click(page["delivery.change"]);
        await window.Fill(page["delivery.other"], readdress.Address);
        await window.Click(page["me.save"]);
        foreach (var who in new[] { readdress.Who, story.Offer.Owner })
        {
            await (await AtTrade(who, readdress.Trade))
                .Reads(page["delivery.to"].Replace("{{address}}", readdress.Address, StringComparison.Ordinal));
        }

        // Only the buyer says where it goes.
        await DoesNotOffer(await AtTrade(story.Offer.Owner, readdress.Trade), page["delivery.change"]);
    }

    private async Task Arrive(Step.Arrived arrived)
    {
        var window = await AtTrade(arrived.Who, arrived.Trade);
        if (arrived.Refused.IsEmpty)
        {
            await window.Click(page["delivery.mark"]);
        }
        else
        {
            await DoesNotOffer(window, page["delivery.mark"]);
        }
    }

    private async Task Transfer(Step.Deposit deposit)
    {
        var window = await AtTrade(deposit.Trade, deposit.Trade);
        await window.Reads(page["transfer.title"]);
        using var buyer = await market.As(deposit.Trade);
        var said = await new Visitor(deposit.Trade, buyer).Get($"/api/payments/{trades[deposit.Trade]}");
        var reference = (string)said.Body!["reference"]!;
        await window.Reads(reference);
        var sent = await new Visitor(deposit.Trade, buyer).Post("/api/sandbox/deposits", new JsonObject { ["reference"] = reference, ["amount"] = deposit.Amount });
        Assert.InRange(sent.Status, 200, 299);
        // The bank's statement is read a moment later; until then the seller has nothing to confirm.
        var before = (long)said.Body["arrived"]!;
        await Shop.Eventually(
            async () => (await new Visitor(deposit.Trade, buyer).Get($"/api/payments/{trades[deposit.Trade]}")).Body!,
            payment => (long)payment["arrived"]! >= before + deposit.Amount);
        await shop.AtRest();
        var trade = await new Visitor(deposit.Trade, buyer).Get($"/api/trades/{trades[deposit.Trade]}");
        if ((long)trade.Body!["money"]!["seen"]! is > 0 and var seen)
        {
            // Both windows come to show it; a button that is pressed before that is pressed on what was, and refused as stale.
            foreach (var who in new[] { deposit.Trade, story.Offer.Owner })
            {
                await Expect((await AtTrade(who, deposit.Trade)).Page.Locator(".strip")).ToContainTextAsync(Said("seen", seen));
            }
        }
    }

    private async Task Forward(Step.Forward forward)
    {
        var anybody = await shop.Operator;
        var said = await anybody.Post("/api/sandbox/clock", new JsonObject { ["forward"] = forward.Span });
        Assert.InRange(said.Status, 200, 299);
    }

    /// <summary>The buyer's window comes to show it, without being touched.</summary>
    private async Task Expects(Step.Expect expect)
    {
        var window = await AtTrade(expect.Trade, expect.Trade);
        await Expect(window.Page.Locator(".states [aria-current]")).ToHaveTextAsync(texts.State(Kind.Name, expect.State, language));
        foreach (var (word, amount) in Shown(expect.Money))
        {
            await Expect(window.Page.Locator(".strip")).ToContainTextAsync(Said(word, amount));
        }
    }

    private string Said(string word, long amount) =>
        page[$"money.{word}"].Replace("{{amount}}", Texts.Money(amount, language), StringComparison.Ordinal);

    /// <summary>What the page says of the money. Of a transfer that is expected it says what is still to be sent.</summary>
    private static IEnumerable<(string Word, long Amount)> Shown(ExpectedMoney money) =>
        from sum in money.Amounts
        where sum.Key != "fee"
        let shown = sum.Key == "expected"
            ? (Word: "short", Amount: sum.Value - money.Amounts.GetValueOrDefault("seen"))
            : (Word: sum.Key, Amount: sum.Value)
        where shown.Amount > 0
        select shown;

    /// <summary>What cannot be done now is not offered.</summary>
    private static async Task DoesNotOffer(Window window, string button)
    {
        await Expect(window.Page.Locator(".states [aria-current]")).ToBeVisibleAsync();
        await Expect(window.Button(button)).ToHaveCountAsync(0);
    }

    private static async Task Choose(Window window, string card)
    {
        await window.Page.GetByRole(AriaRole.Combobox).Last.ClickAsync();
        await window.Page.Locator($"[role=option][value='{card}']").ClickAsync();
    }

    private async Task<Window> AtTrade(string who, string buyer)
    {
        var window = await WindowOf(who);
        var path = $"/trades/{trades[buyer]}";
        if (!window.Page.Url.EndsWith(path, StringComparison.Ordinal))
        {
            await window.Go(path);
        }

        return window;
    }

    private async Task<Window> WindowOf(string who)
    {
        if (!windows.TryGetValue(who, out var window))
        {
            window = windows[who] = await browser.Open(market, who, language);
        }

        return window;
    }

    private string Label(string move) => texts.Move(Kind.Name, move, language);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        foreach (var window in windows.Values)
        {
            await window.DisposeAsync();
        }
    }
}

/// <summary>What the pages say, read from their own files.</summary>
internal sealed class PageTexts
{
    private readonly JsonNode texts;

    private PageTexts(JsonNode texts) => this.texts = texts;

    public static PageTexts In(string language) => new(JsonNode.Parse(File.ReadAllText(Path.Combine(JangteoProgram.Root, "web", "src", "texts", $"{language}.json")))!);

    /// <param name="key">Such as <c>search.word</c>.</param>
    public string this[string key] => (string)key.Split('.').Aggregate(texts, (at, part) => at[part] ?? throw new KeyNotFoundException($"The pages have no text {key}."))!;
}
