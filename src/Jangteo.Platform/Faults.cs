using System.Collections.Concurrent;
using System.Diagnostics;
using Jangteo.Platform.Messaging;

namespace Jangteo.Platform;

/// <summary>
/// Faults to switch on, in the sandbox and in tests: answers that never come, messages doubled and shuffled, a death between two steps.
/// Outside the sandbox nothing here can be switched on.
/// </summary>
public sealed class Faults(bool allowed)
{
    public const string PaymentsSlow = "payments-slow";
    public const string PaymentsDown = "payments-down";
    public const string PaymentsTimeOutAfter = "payments-time-out-after";
    public const string PaymentsTimeOutBefore = "payments-time-out-before";
    public const string CatalogDown = "catalog-down";
    public const string DeliveryDown = "delivery-down";
    public const string AlarmsDown = "alarms-down";
    public const string SmsDown = "sms-down";
    public const string MessagesShuffled = "messages-shuffled";

    /// <summary>Those that people may switch.</summary>
    public static readonly string[] Switches =
        [PaymentsSlow, PaymentsDown, PaymentsTimeOutAfter, PaymentsTimeOutBefore, CatalogDown, DeliveryDown, AlarmsDown, SmsDown, MessagesShuffled];

    /// <summary>The switch under which a module is out of reach: it answers no question and hears no message until it is switched back. Empty for one that has none.</summary>
    public static string DownOf(string module) => module switch
    {
        Kinds.Modules.Payments => PaymentsDown,
        Kinds.Modules.Catalog => CatalogDown,
        Kinds.Modules.Delivery => DeliveryDown,
        Kinds.Modules.Notices => AlarmsDown,
        _ => "",
    };

    private readonly ConcurrentDictionary<string, bool> on = new();
    private volatile string? crashPoint;

    public bool IsOn(string fault) => allowed && on.ContainsKey(fault);

    public IEnumerable<string> On => allowed ? on.Keys.Order(StringComparer.Ordinal) : [];

    public void Switch(string fault, bool isOn)
    {
        if (isOn)
        {
            on[fault] = true;
        }
        else
        {
            on.TryRemove(fault, out _);
        }
    }

    /// <summary>Names the place at which this process dies when it is next reached, as by kill -9.</summary>
    public void DieAt(string? point) => crashPoint = allowed ? point : null;

    /// <summary>A named place between two steps.</summary>
    public void Reach(string point)
    {
        if (crashPoint == point)
        {
            Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    /// <summary>What arrives of a stretch of a log, and how far the reader may say it has read: under the fault some come twice, in another order, or not yet.</summary>
    internal (IReadOnlyList<LogRow> Arrived, long UpTo) Deliver(IReadOnlyList<LogRow> rows)
    {
        if (!IsOn(MessagesShuffled))
        {
            return (rows, rows[^1].Position);
        }

        var lost = rows.Count > 1 ? Random.Shared.Next(1, rows.Count) : rows.Count;
        var arrived = rows.Where((_, index) => index < lost || Random.Shared.Next(2) == 0).SelectMany(row => Enumerable.Repeat(row, Random.Shared.Next(1, 3))).ToArray();
        Random.Shared.Shuffle(arrived);
        return (arrived, rows[lost - 1].Position);
    }
}
