using System.Collections.Immutable;
using System.Globalization;
using Jangteo.Contracts;

namespace Jangteo.Platform.Asking;

/// <summary>What was answered to one question or request of a stream.</summary>
/// <param name="Revision">With <paramref name="Verb"/> the key, within its stream.</param>
/// <param name="Code">The refusal code of a "no"; null for a yes.</param>
public readonly record struct KeyedAnswer(int Revision, string Verb, string Event, string? Code = null)
{
    /// <summary>The same as the reply to a question.</summary>
    public Reply Reply => Code is null ? new Reply.Yes(Event) : new Reply.No(Event, Code);

    /// <summary>The same as the answer to a request.</summary>
    public Answered AnsweredTo(Guid stream) => new(stream, Revision, Verb, Event, Code);
}

/// <summary>
/// What one stream was answered, by key, so that the same question or request has one effect and one answer however often it comes.
/// Few at a time: a trade asks each module a handful of things in its life.
/// </summary>
public readonly struct KeyedAnswers
{
    private readonly ImmutableArray<KeyedAnswer> answers;

    private KeyedAnswers(ImmutableArray<KeyedAnswer> answers) => this.answers = answers;

    private ImmutableArray<KeyedAnswer> All => answers.IsDefault ? [] : answers;

    public KeyedAnswer? Find(int revision, string verb)
    {
        foreach (var answer in All)
        {
            if (answer.Revision == revision && answer.Verb == verb)
            {
                return answer;
            }
        }

        return null;
    }

    public KeyedAnswers With(KeyedAnswer answer) => new(All.Add(answer));

    /// <summary>As stored: one after the other, such as <c>3/take-stock=stock-taken 5/give-back-stock=stock-given-back</c>; a refusal code follows the event after a colon.</summary>
    public override string ToString() =>
        string.Join(' ', All.Select(answer => answer.Code is null ? $"{answer.Revision}/{answer.Verb}={answer.Event}" : $"{answer.Revision}/{answer.Verb}={answer.Event}:{answer.Code}"));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static KeyedAnswers Read(string stored)
    {
        if (stored.Length == 0)
        {
            return default;
        }

        var answers = ImmutableArray.CreateBuilder<KeyedAnswer>();
        foreach (var one in stored.Split(' '))
        {
            var slash = one.IndexOf('/', StringComparison.Ordinal);
            var equals = one.IndexOf('=', slash);
            var colon = one.IndexOf(':', equals);
            var end = colon < 0 ? one.Length : colon;
            answers.Add(new KeyedAnswer(
                int.Parse(one.AsSpan(0, slash), CultureInfo.InvariantCulture), one[(slash + 1)..equals], one[(equals + 1)..end], colon < 0 ? null : one[(colon + 1)..]));
        }

        return new KeyedAnswers(answers.ToImmutable());
    }
}
