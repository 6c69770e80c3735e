using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;

namespace Jangteo.Tests.Payments;

/// <summary>One trade's payment in the hands of a test, without storage: what is decided is kept, and the accounts are kept as the database would.</summary>
internal sealed class Ledgered(Guid trade)
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<(Account, Guid), long> balances = [];

    public Payment? Payment { get; private set; }

    public List<Answered> Answers { get; } = [];

    public List<string> Events { get; } = [];

    public List<Errand> Errands { get; } = [];

    public long this[Account account] => balances.Where(pair => pair.Key.Item1 == account).Sum(pair => pair.Value);

    /// <summary>Hears a request, and answers what was said to it at once.</summary>
    public Answered? Hear(Request request)
    {
        var before = Answers.Count;
        Take(Decide.Hear(Payment, request, Noon));
        return Answers.Skip(before).LastOrDefault();
    }

    public Reply Ask(Request question)
    {
        Take(Decide.Ask(Payment, question, Noon));
        return Payment!.Find(question.Revision, question.Verb)!.Reply();
    }

    public Reply Void(Request question)
    {
        Take(Decide.Void(Payment, question, Noon));
        return Payment!.Find(question.Revision, question.Verb)!.Reply();
    }

    /// <summary>A hold by question, with what the provider said.</summary>
    public Reply Hold(int revision, Says says = Says.Done, long amount = 3000, long fee = 90)
    {
        var question = Asks.Of(trade, revision, Verb.HoldPayment, amount: amount, fee: fee);
        Take(Decide.Charged(Payment, question, says, Noon));
        return Payment!.Find(revision, question.Verb)!.Reply();
    }

    public Answered? Hear(int revision, Verb verb, long amount = 3000, long fee = 90) => Hear(Asks.Of(trade, revision, verb, amount: amount, fee: fee));

    public Reply Ask(int revision, Verb verb) => Ask(Asks.Of(trade, revision, verb));

    /// <summary>The outside did its part of an errand.</summary>
    public void Do(Errand errand, Says says = Says.Done) => Take(Decide.Done(Payment!, errand, says, Noon));

    public Deposit Deposit(long amount, string? from = null)
    {
        var decision = Decide.Seen(
            Payment, new BankDeposit(1, Guid.CreateVersion7(), Payment?.Reference ?? "?", amount, from ?? "payer", "KRW"), "KRW", Noon);
        Take(decision);
        return decision.Deposit;
    }

    public void Take(DepositDecision decision)
    {
        Payment = decision.Payment ?? Payment;
        Answers.AddRange(decision.Tells);
        Post(decision.Postings);
        Errands.AddRange(decision.Errands);
    }

    private void Take(Decision decision)
    {
        Payment = decision.Payment;
        Answers.AddRange(decision.Answers);
        Post(decision.Postings);
        Errands.AddRange(decision.Errands);
    }

    private void Post(IEnumerable<Posting> postings)
    {
        foreach (var posting in postings)
        {
            Events.Add(posting.Event);
            Assert.Equal(0, posting.Lines.Sum(line => line.Amount));
            foreach (var line in posting.Lines)
            {
                Assert.NotEqual(0, line.Amount);
                var balance = balances[(line.Account, line.Of)] = balances.GetValueOrDefault((line.Account, line.Of)) + line.Amount;
                Assert.True(balance >= 0 || line.Account is Account.BuyerOutside or Account.PayerOutside, $"{posting.Event} leaves {balance} in {line.Name}");
            }
        }
    }
}
