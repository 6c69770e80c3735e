using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Delivery;
using Jangteo.Kinds;
using Jangteo.Notices;
using Jangteo.Payments;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;
using Jangteo.Platform.Intending;
using Jangteo.Platform.Messaging;
using Jangteo.Trading;
using Booked = Jangteo.Payments.Deciding.Decision;
using Copy = Jangteo.Trading.Listing;
using Money = Jangteo.Payments.Deciding.Decide;
using Settled = Jangteo.Trading.Decision;

namespace Jangteo.Simulation;

/// <summary>The rules that a world runs by: the real functions of the modules. A test puts a wrong one in place of one of them, and the simulation must find it.</summary>
internal sealed record Rules
{
    public static readonly Rules Real = new();

    // What every module stands on.
    public Func<int, int, Turn> Judge { get; init; } = Inbox.Judge;
    public bool AcknowledgesAfterCommit { get; init; } = true;
    public bool SendsInItsCommit { get; init; } = true;
    public Func<TimeSpan, TimeSpan, Platform.Intending.Step> NextStep { get; init; } = Asking.Next;
    public Func<Asking, Reply, Asking> HearReply { get; init; } = (asking, reply) => asking.Hear(reply);
    public bool CarriesOnlyItsOwn { get; init; } = true;
    public Func<Outcome, bool, bool> MayEnd { get; init; } = Asking.MaySettle;

    // Trading.
    public Func<Kind, Guid, Copy, PersonRef, Terms, int, string, Act, Settled> Begin { get; init; } = Deciding.Begin;
    public Func<Kind, Trade, bool, Party, string, Act, Settled> Command { get; init; } = Deciding.Command;
    public Func<Kind, Trade, bool, string, Act, Settled> Fire { get; init; } = Deciding.Fire;
    public Func<Kind, Trade, bool, Outcome, DateTimeOffset, Settled.Happens> Settle { get; init; } = Deciding.Settle;
    public Func<Kind, Trade, bool, string, Answered, DateTimeOffset, Settled.Happens> Hear { get; init; } = Deciding.Hear;
    public Func<Kind, Trade, DateTimeOffset, Settled.Happens?> HearSoldOut { get; init; } = Deciding.HearSoldOut;
    public Func<Kind, Trade, IReadOnlyList<(string Module, Request Request)>> Questions { get; init; } = Deciding.Questions;
    public Func<Settled.Happens, IEnumerable<object>> Said { get; init; } = happens => happens.Said;
    public Func<Trade, bool> MessagesWait { get; init; } = trade => trade.Intention is not null;
    public Func<Copy?, Copy, Copy> KeepCopy { get; init; } = (known, heard) => known is null || known.Revision < heard.Revision ? heard : known;
    public Func<Trade, OpenIntention, bool> MaySettle { get; init; } = (trade, intention) => trade.Intention?.Revision == intention.Revision;

    // Payments.
    public Func<Payment?, Request, DateTimeOffset, Booked> HearPayment { get; init; } = Money.Hear;
    public Func<Payment?, Request, DateTimeOffset, Booked> AskPayment { get; init; } = Money.Ask;
    public Func<Payment?, Request, DateTimeOffset, Booked> VoidPayment { get; init; } = Money.Void;
    public Func<Payment?, Request, Says, DateTimeOffset, Booked> Charged { get; init; } = Money.Charged;
    public Func<Payment?, BankDeposit, string, DateTimeOffset, bool, DepositDecision> Seen { get; init; } = Money.Seen;
    public Func<Payment, Errand, Says, DateTimeOffset, Booked> ErrandDone { get; init; } = Money.Done;

    // Catalog.
    public Func<Units, Allocation, string, int, int, StockDecision> Stock { get; init; } = (units, trade, verb, revision, quantity) => StockRules.Decide(units, trade, verb, revision, quantity);
    public Func<Units, Allocation, string, int, StockDecision> VoidStock { get; init; } = (units, trade, verb, revision) => StockRules.Void(units, trade, verb, revision);

    // Delivery.
    public Func<Shipment, string, int, DeliveryDecision> Deliver { get; init; } = DeliveryRules.Decide;

    // Notices.
    public Func<Kind?, TradeMoved, IEnumerable<Notice>> WhoIsTold { get; init; } = Notices.WhoIsTold.Of;
    public Func<Notice, int, string> CarriersKey { get; init; } = (notice, _) => $"{notice.Subject}/{notice.Cause}/{notice.What}/{notice.Person}/{notice.Channel}";
}
