using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Notices;
using Jangteo.Platform;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Jangteo.Tests.Operating;

/// <summary>What needs an operator is listed from every module, and told to OperatorEmail once.</summary>
[Collection(OperatedMarket.Tests)]
public sealed class What_needs_an_operator(OperatedMarket market)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parked_messages_of_every_module_are_listed()
    {
        foreach (var module in Modules.All.Where(module => MessageTypes.SendersHeardBy(module).Any()))
        {
            var id = await market.Park(module);

            Assert.Contains(await Listed(), item => item == $"parked {module} {id}");
        }
    }

    [Theory]
    [InlineData("retry", true)]
    [InlineData("retry", false)]
    [InlineData("answer", true)]
    [InlineData("answer", false)]
    public async Task A_message_about_an_operators_own_trade_is_left_to_a_colleague(string act, bool isBuyer)
    {
        var id = await market.Park(Modules.Views);
        var (sora, other) = (SandboxPeople.IdOf(SandboxPeople.Operator), SandboxPeople.IdOf("junho"));
        var context = new MessageContext(Ids.New(), "second-hand", isBuyer ? sora : other, isBuyer ? other : sora, Ids.New());
        var message = new Message(
            Ids.New(), TradingMessages.Moved, Modules.Trading, context.Trade!.Value, context, Ids.New(), Ids.New(), null, DateTimeOffset.UtcNow,
            JsonSerializer.SerializeToElement(new { }));
        await market.AsOwner($"update views.aside set message = '{JsonSerializer.Serialize(message, Wire.Json)}' where id = {id}");
        var (path, body) = ($"/api/operator/views/parked/{id}/{act}", new { @event = "none", reason = "It says nothing." });

        var own = await market.Bed.Post(path, SandboxPeople.Operator, body);
        var colleague = await market.Bed.Post(path, OperatedMarket.Second, body);

        Assert.Equal((403, "not-yours", 204), (own.Status, own.Problem, colleague.Status));
    }

    [Fact]
    public async Task Transfers_that_fit_no_trade_failed_payments_and_proposals_are_listed()
    {
        var deposit = await market.StrayTransfer(700);
        var key = await market.RefusedRefund();
        var proposal = await market.Proposed();

        var listed = await Listed();

        Assert.Contains($"transfer payments {deposit}", listed);
        Assert.Contains($"payment-task payments {key}", listed);
        Assert.Contains($"proposal payments {proposal}", listed);
    }

    [Fact]
    public async Task A_pending_step_is_listed_after_AttentionAfter()
    {
        var trade = await market.Order();
        foreach (var (minutes, isListed) in ((int, bool)[])[(59, false), (61, true)])
        {
            await market.AsOwner($"update views.trades set pending_since = now() - interval '{minutes} minutes' where id = '{trade}'");

            Assert.Equal(isListed, (await Listed()).Contains($"pending trading {trade}"));
        }
    }

    [Fact]
    public async Task What_is_new_is_mailed_to_operators_once_and_again_after_it_was_settled()
    {
        var tell = market.Bed.Services.GetRequiredService<TellOperators>();
        await tell.Look(ct);
        var deposit = await market.StrayTransfer(4_711);

        await tell.Look(ct);
        await Task.WhenAll(tell.Look(ct), tell.Look(ct));

        var mail = Assert.Single(await Mails(), text => text.Contains("4711", StringComparison.Ordinal));
        Assert.Contains("거래를 찾지 못한 입금 (payments)", mail, StringComparison.Ordinal);

        await market.AsOwner($"update payments.deposits set state = 'sent-back' where id = '{deposit}'");
        await tell.Look(ct);
        await market.AsOwner($"update payments.deposits set state = 'waiting' where id = '{deposit}'");
        await tell.Look(ct);
        Assert.Equal(2, (await Mails()).Count(text => text.Contains("4711", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Mails_that_the_carrier_does_not_take_hold_up_no_others()
    {
        var mailer = new MailerThatTakesLate();
        var tell = ActivatorUtilities.CreateInstance<TellOperators>(market.Bed.Services, (IMailer)mailer);
        await tell.Look(ct);
        long[] amounts = [788_001, 788_002, 788_003, 788_004];
        bool IsOf(string text, long amount) => text.Contains($"{amount}", StringComparison.Ordinal);
        mailer.NotTaken = text => amounts.Any(amount => IsOf(text, amount));
        foreach (var amount in (long[])[.. amounts, 799_005])
        {
            await market.StrayTransfer(amount);
            await tell.Look(ct);
        }

        await tell.Look(ct);
        // The market has a loop of its own, which looks now and then, too.
        Assert.Contains((await Mails()).Concat(mailer.Taken), text => IsOf(text, 799_005));

        mailer.NotTaken = _ => false;
        await tell.Look(ct);
        var sent = (await Mails()).Concat(mailer.Taken).ToList();
        Assert.All(amounts, amount => Assert.Single(sent, text => IsOf(text, amount)));
    }

    [Fact]
    public async Task A_mail_that_waits_is_sent_although_OperatorEmail_was_emptied_since()
    {
        var mailer = new MailerThatTakesLate { NotTaken = _ => true };
        await market.StrayTransfer(817_001);
        await ActivatorUtilities.CreateInstance<TellOperators>(market.Bed.Services, (IMailer)mailer).Look(ct);
        mailer.NotTaken = _ => false;

        var settings = market.Bed.Services.GetRequiredService<Settings>() with { OperatorEmail = "" };
        await ActivatorUtilities.CreateInstance<TellOperators>(market.Bed.Services, (IMailer)mailer, settings).Look(ct);

        Assert.Contains((await Mails()).Concat(mailer.Taken), text => text.Contains("817001", StringComparison.Ordinal));
    }

    [Fact]
    public void A_mail_to_operators_is_no_longer_than_a_carrier_takes()
    {
        var news = Enumerable.Range(0, 25)
            .Select(_ => new NeedsAttention(
                Modules.Payments, "proposal", $"{Ids.New()}", Ids.New(), new string('가', 1_000), DateTimeOffset.UnixEpoch))
            .ToList();

        var (subject, text) = TellOperators.Compose(news, market.Bed.Services.GetRequiredService<Shelf>().Texts, "en");

        Assert.InRange(text.Length, 1_000, 2_000);
        Assert.Contains("(25)", subject, StringComparison.Ordinal);
        Assert.Equal(25, text.Count(letter => letter == '\n') - 1 + int.Parse(text.Split('\n')[^2], null));
    }

    [Fact]
    public async Task Mails_to_operators_are_part_of_the_books_of_the_mailbox()
    {
        await market.StrayTransfer(815);
        await market.Bed.Services.GetRequiredService<TellOperators>().Look(ct);

        var books = await market.Bed.Get("/api/operator/notices/books", "sora");

        Assert.Contains(books.Body!["checks"]!.AsArray(), check => ((string)check!["name"]!).StartsWith("I10", StringComparison.Ordinal) && (bool)check["ok"]!);
    }

    [Fact]
    public async Task A_module_that_cannot_be_asked_is_named_and_hides_no_other()
    {
        var tell = market.Bed.Services.GetRequiredService<TellOperators>();
        await tell.Look(ct);
        var told = (await Mails()).Count;
        await using (var source = NpgsqlDataSource.Create(market.Bed.Admin))
        await using (var owner = await source.OpenConnectionAsync(ct))
        await using (var locked = await owner.BeginTransactionAsync(ct))
        {
            await using (var command = new NpgsqlCommand("lock table payments.deposits in access exclusive mode", owner))
            {
                await command.ExecuteNonQueryAsync(ct);
            }

            var parked = await market.Park(Modules.Views);
            var listed = await Listed();
            Assert.Contains("unreachable payments ", listed);
            Assert.Contains($"parked views {parked}", listed);

            await tell.Look(ct);
            Assert.Equal(told + 1, (await Mails()).Count);
        }

        Assert.DoesNotContain("unreachable payments ", await Listed());
    }

    [Fact]
    public async Task A_fault_of_the_program_is_not_taken_for_a_module_that_is_away() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            AttentionLists.TryAsk<string>(_ => throw new InvalidOperationException("A mistake"), ct));

    /// <summary>Does not take what it is told not to; the texts of all others are kept.</summary>
    private sealed class MailerThatTakesLate : IMailer
    {
        public Func<string, bool> NotTaken { get; set; } = _ => false;

        public List<string> Taken { get; } = [];

        public Task<Sending> Send(Guid errand, string address, string subject, string text, CancellationToken ct)
        {
            if (NotTaken(text))
            {
                return Task.FromResult(Sending.Down);
            }

            Taken.Add(text);
            return Task.FromResult(Sending.Sent);
        }
    }

    private async Task<List<string>> Listed() =>
        [.. (await market.Bed.Get("/api/operator/views/attention", "sora")).Body!["items"]!.AsArray().Select(item => $"{item!["what"]} {item["module"]} {item["subject"]}")];

    private async Task<List<string>> Mails() => await market.Bed.StorageOf("phone").Query(
        new Sql("select text from messages where channel = 'email' and recipient = $1", OperatedMarket.OperatorEmail), reader => reader.GetString(0), ct);
}
