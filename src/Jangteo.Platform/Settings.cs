using Jangteo.Platform.Asking;

namespace Jangteo.Platform;

/// <summary>The settings of the program, as in <c>jangteo.yaml</c>, where each has its default and its reason.</summary>
public sealed record Settings
{
    public string Target { get; init; } = "all";
    public int Port { get; init; } = 8080;
    public int InternalPort { get; init; } = 8081;
    public string DataFolder { get; init; } = "./data";
    public string KindsFolder { get; init; } = "./kinds";
    public bool Sandbox { get; init; } = true;

    /// <summary>ISO 4217; one per installation.</summary>
    public string Currency { get; init; } = "KRW";

    /// <summary>The platform's part of an amount, in thousandths, rounded down and frozen when a trade starts.</summary>
    public int FeePermille { get; init; } = 30;

    /// <summary>The language of people who have not said theirs.</summary>
    public string Language { get; init; } = "ko";

    /// <summary>Empty: a private PostgreSQL.</summary>
    public string Database { get; init; } = "";

    public TradingSettings Trading { get; init; } = new();
    public QuestionSettings Questions { get; init; } = new();

    /// <summary>A database of its own by module, when split.</summary>
    public Dictionary<string, string> Databases { get; init; } = [];
}

/// <param name="AskAgainFor">How long an unknown question is asked again by its key before it is voided.</param>
/// <param name="AnswerWithin">How long a caller waits before 202.</param>
/// <param name="Lease">How long an intention is left alone by others when the one at work on it falls silent.</param>
/// <param name="AttentionAfter">An intention older than this wants an operator.</param>
public sealed record TradingSettings(TimeSpan AskAgainFor, TimeSpan AnswerWithin, TimeSpan Lease, TimeSpan AttentionAfter)
{
    public TradingSettings() : this(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(15))
    {
    }
}

/// <param name="Timeout">How long one asking may take.</param>
public sealed record QuestionSettings(TimeSpan Timeout, BreakerSettings Breaker)
{
    public QuestionSettings() : this(TimeSpan.FromSeconds(2), new BreakerSettings(0.5, 20, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5)))
    {
    }
}
