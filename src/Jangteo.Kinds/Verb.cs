using System.Collections.Immutable;

namespace Jangteo.Kinds;

/// <summary>What a trade can ask of another module (the table of verbs in DESIGN §3). The list is closed: a kind that needs a new verb is a change to that module.</summary>
/// <param name="Name">As written in a table.</param>
/// <param name="Module">The module it belongs to.</param>
/// <param name="Yes">The answer that says it was done.</param>
/// <param name="No">The answers that say it was not, and never will be for this key.</param>
/// <param name="UndoneBy">The verb that undoes it exactly, or null when it is final or itself undoes.</param>
public sealed record Verb(string Name, string Module, string Yes, ImmutableArray<string> No, string? UndoneBy)
{
    /// <summary>Whether money of the buyer goes to the seller by it: what K11 protects the buyer from.</summary>
    public bool PaysSeller { get; private init; }

    public static readonly Verb HoldPayment = new("hold-payment", Modules.Payments, "payment-held", ["payment-declined"], "refund");
    public static readonly Verb ExpectDeposit = new("expect-deposit", Modules.Payments, "deposit-expected", [], "refund");
    public static readonly Verb ConfirmDeposit = new("confirm-deposit", Modules.Payments, "deposit-confirmed", ["deposit-missing"], "release-deposit");
    public static readonly Verb ReleaseDeposit = new("release-deposit", Modules.Payments, "deposit-released", [], null);
    public static readonly Verb Refund = new("refund", Modules.Payments, "refunded", [], null);
    public static readonly Verb PayOut = new("pay-out", Modules.Payments, "paid-out", [], null) { PaysSeller = true };
    public static readonly Verb TakeStock = new("take-stock", Modules.Catalog, "stock-taken", ["stock-refused"], "give-back-stock");
    public static readonly Verb GiveBackStock = new("give-back-stock", Modules.Catalog, "stock-given-back", [], null);
    public static readonly Verb SellStock = new("sell-stock", Modules.Catalog, "stock-sold", [], null);
    public static readonly Verb WriteOffStock = new("write-off-stock", Modules.Catalog, "stock-written-off", [], null);
    public static readonly Verb Deliver = new("deliver", Modules.Delivery, "delivery-started", [], "cancel-delivery");
    public static readonly Verb CancelDelivery = new("cancel-delivery", Modules.Delivery, "delivery-cancelled", ["delivery-too-late"], null);
    public static readonly Verb FinishDelivery = new("finish-delivery", Modules.Delivery, "delivery-finished", [], null);
    public static readonly Verb SendAlarm = new("send-alarm", Modules.Notices, "alarm-sent", [], null);

    /// <summary>Told by Delivery on its own, after <see cref="Deliver"/>.</summary>
    public const string Delivered = "delivered";

    /// <summary>Told by Payments: the bank has seen all that a transfer is to pay.</summary>
    public const string TransferSeen = "transfer-seen";

    /// <summary>Told by Payments: the bank has seen a part, and the rest is missing.</summary>
    public const string TransferShort = "transfer-short";

    /// <summary>Told by Payments: money came that is not due, or due no longer. It goes back.</summary>
    public const string TransferOver = "transfer-over";

    /// <summary>Told by Payments: what was not due is back where it came from.</summary>
    public const string TransferReturned = "transfer-returned";

    /// <summary>What Payments tell of transfers on their own, after <see cref="ExpectDeposit"/>.</summary>
    public static readonly ImmutableArray<string> Transfers = [TransferSeen, TransferShort, TransferOver, TransferReturned];

    /// <summary>Whether an event answers no request: the module tells it when it comes about.</summary>
    public static bool IsTold(string happened) => happened == Delivered || Transfers.Contains(happened);

    /// <summary>A condition on Trading's copy of the listing, not an answer (DESIGN §3).</summary>
    public const string SoldOut = "sold-out";

    /// <summary>Given by the engine to a question that was voided: it was not done and never will be.</summary>
    public const string TimedOut = "timed-out";

    /// <summary>Every verb a table may use. <see cref="ReleaseDeposit"/> is missing: only the engine asks for it, to undo.</summary>
    public static readonly ImmutableArray<Verb> All =
    [
        HoldPayment, ExpectDeposit, ConfirmDeposit, Refund, PayOut, TakeStock, GiveBackStock, SellStock, WriteOffStock,
        Deliver, CancelDelivery, FinishDelivery, SendAlarm,
    ];

    public static Verb? Find(string name) => name == ReleaseDeposit.Name ? ReleaseDeposit : All.FirstOrDefault(verb => verb.Name == name);
}

/// <summary>The names of the modules, as they stand in settings, schemas, messages and routes.</summary>
public static class Modules
{
    public const string Trading = "trading";
    public const string Catalog = "catalog";
    public const string Payments = "payments";
    public const string Delivery = "delivery";
    public const string Notices = "notices";
    public const string Identity = "identity";
    public const string Views = "views";

    public static readonly ImmutableArray<string> All = [Identity, Catalog, Payments, Delivery, Notices, Trading, Views];
}
