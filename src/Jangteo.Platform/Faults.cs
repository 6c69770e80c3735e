using System.Collections.Concurrent;
using System.Diagnostics;

namespace Jangteo.Platform;

/// <summary>
/// Faults to switch on, in the sandbox and in tests: answers that never come, messages doubled and shuffled, a death between two steps.
/// Outside the sandbox nothing here can be switched on.
/// </summary>
public sealed class Faults(bool allowed)
{
    public const string SmsDown = "sms-down";
    public const string MessagesShuffled = "messages-shuffled";

    /// <summary>No message of any module is heard until it is switched back.</summary>
    public const string MessagesHeld = "messages-held";

    /// <summary>How people call what a module does, where that is not its name.</summary>
    private static readonly Dictionary<string, string> Called = new()
    {
        [Kinds.Modules.Payments] = "payments",
        [Kinds.Modules.Catalog] = "catalog",
        [Kinds.Modules.Delivery] = "delivery",
        [Kinds.Modules.Notices] = "alarms",
    };

    /// <summary>Those that people may switch.</summary>
    public static readonly string[] Switches =
    [
        .. Called.Keys.SelectMany(module => new[] { DownOf(module), SlowOf(module), TimesOutBefore(module), TimesOutAfter(module) }),
        SmsDown, MessagesShuffled, MessagesHeld,
    ];

    /// <summary>
    /// Places between two steps at which a process can be made to die: around each question of a move that asks first, in its callee between the provider
    /// and the book, and before what a module has heard is committed.
    /// </summary>
    public static readonly string[] Deaths =
    [
        .. AroundQuestions(Kinds.Modules.Trading, 2), .. AroundQuestions(Kinds.Modules.Catalog, 1), AfterCharge, AfterErrands,
        .. Kinds.Modules.All.Where(module => module != Kinds.Modules.Identity).Select(BeforeHeard),
    ];

    /// <summary>The provider has charged the card and nobody has written it down.</summary>
    public const string AfterCharge = "payments.after-charge";

    /// <summary>Provider and bank have done what was left to do, and nobody has written it down.</summary>
    public const string AfterErrands = "payments.after-errands";

    private static IEnumerable<string> AroundQuestions(string module, int questions) =>
    [
        AfterIntention(module), .. Enumerable.Range(0, questions).SelectMany(question => new[] { BeforeQuestion(module, question), AfterQuestion(module, question) }),
        BeforeSettling(module), AfterSettling(module),
    ];

    public static string AfterIntention(string module) => $"{module}.after-intention";

    public static string BeforeQuestion(string module, int question) => $"{module}.before-question-{question}";

    public static string AfterQuestion(string module, int question) => $"{module}.after-question-{question}";

    public static string BeforeSettling(string module) => $"{module}.before-settling";

    public static string AfterSettling(string module) => $"{module}.after-settling";

    public static string BeforeHeard(string module) => $"{module}.before-commit-of-heard";

    /// <summary>The switch under which a module is out of reach: it answers no question and hears no message until it is switched back. Empty for one that has none.</summary>
    public static string DownOf(string module) => Called.TryGetValue(module, out var called) ? $"{called}-down" : "";

    /// <summary>The switch under which a module takes about half a second for every question, as one that has too much to do.</summary>
    public static string SlowOf(string module) => $"{Called.GetValueOrDefault(module, module)}-slow";

    /// <summary>The switch under which questions to a module are not heard by it, and nobody can tell.</summary>
    public static string TimesOutBefore(string module) => $"{Called.GetValueOrDefault(module, module)}-time-out-before";

    /// <summary>The switch under which a module does what it is asked, and its answer is not heard.</summary>
    public static string TimesOutAfter(string module) => $"{Called.GetValueOrDefault(module, module)}-time-out-after";

    /// <summary>Seeded bug: a module does what it hears whether or not it has done it, and in whatever order it comes.</summary>
    public const string InboxSkipped = "bug-inbox-skipped";

    /// <summary>Seeded bug: a module notes how far it has read before it has done what it read.</summary>
    public const string ReadBeforeDone = "bug-read-before-done";

    /// <summary>Seeded bug: what is answered under a key is stored after the commit of the effect, not with it.</summary>
    public const string AnswerApart = "bug-answer-apart";

    /// <summary>Seeded bug: a call to provider or bank that is made again is made under a new key.</summary>
    public const string CallKeyDrawnAnew = "bug-call-key-drawn-anew";

    /// <summary>
    /// Mistakes such as real programs have had, which only the real program can show. They are switched on by the storm, which must find every one; people are not shown them.
    /// </summary>
    public static readonly string[] SeededBugs = [InboxSkipped, ReadBeforeDone, AnswerApart, CallKeyDrawnAnew];

    private readonly ConcurrentDictionary<string, bool> on = new();
    private volatile string? crashPoint;

    /// <summary>Some have been switched on or off.</summary>
    public event Action? Changed;

    public bool IsOn(string fault) => allowed && on.ContainsKey(fault);

    public IEnumerable<string> On => allowed ? on.Keys.Order(StringComparer.Ordinal) : [];

    /// <summary>These are on, and no others.</summary>
    public void Set(IReadOnlyCollection<string> names)
    {
        var others = on.Keys.Except(names).Concat(names.Except(on.Keys)).ToArray();
        foreach (var name in others)
        {
            Switch(name, names.Contains(name));
        }

        if (others.Length > 0)
        {
            Changed?.Invoke();
        }
    }

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

    /// <summary>What arrives of a stretch of messages, and how many of them count as read: under the fault some come twice, in another order, or not yet.</summary>
    internal (IReadOnlyList<T> Arrived, int Kept) Deliver<T>(IReadOnlyList<T> rows)
    {
        if (!IsOn(MessagesShuffled))
        {
            return (rows, rows.Count);
        }

        var lost = rows.Count > 1 ? Random.Shared.Next(1, rows.Count) : rows.Count;
        var arrived = rows.Where((_, index) => index < lost || Random.Shared.Next(2) == 0).SelectMany(row => Enumerable.Repeat(row, Random.Shared.Next(1, 3))).ToArray();
        Random.Shared.Shuffle(arrived);
        return (arrived, lost);
    }
}
