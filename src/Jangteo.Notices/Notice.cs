using System.Collections.Immutable;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.Notices;

/// <summary>What one person is told about one change by one channel.</summary>
/// <param name="Subject">The trade, or the listing of an alarm about a listing.</param>
/// <param name="Cause">The revision that it is told of.</param>
/// <param name="What">The move, what the alarm is about, or what happened to a transfer.</param>
/// <param name="Status">told, waiting, sent, unknown, undeliverable or collapsed.</param>
/// <param name="Other">The other party of the trade; null of an alarm, and of a refusal to the person who was refused.</param>
internal sealed record Notice(Guid Subject, int Cause, string What, Guid Person, string Channel, Guid Id, Guid? Trade, Guid Listing, string Kind, string Status, DateTimeOffset At, NoticeFacts Facts, Guid? Other = null)
{
    public const string App = "app";
    public const string Sms = "sms";
    public const string Email = "email";

    public const string WasTold = "told";
    public const string Waiting = "waiting";
    public const string Sent = "sent";
    public const string Undeliverable = "undeliverable";

    /// <summary>A provider was asked to carry it and has not answered: it may have arrived, and is not sent again.</summary>
    public const string Unknown = "unknown";

    /// <summary>
    /// Not sent, because the same was sent of the same person and listing a moment ago. In the app it is counted with the others.
    /// </summary>
    public const string Collapsed = "collapsed";

    /// <summary>So many of the same are sent within <see cref="CollapsesWithin"/>; what is more is collapsed.</summary>
    public const int SentOfTheSame = 2;

    public static readonly TimeSpan CollapsesWithin = TimeSpan.FromHours(1);

    /// <summary>Whether it tells the same person of the same doing of the same other person with the same listing.</summary>
    public bool IsLike(Notice notice) =>
        Other is not null && Other == notice.Other && Person == notice.Person && Listing == notice.Listing && What == notice.What
            && Channel == notice.Channel;

    private Party Reader => Facts.As == Words.Of(Party.Seller) ? Party.Seller : Party.Buyer;

    public Telling Telling => new(Id, Person, Channel, Status);

    /// <summary>What it says, in a language.</summary>
    /// <param name="zone">In which times are said.</param>
    public string Text(Texts texts, string language, TimeZoneInfo zone) => Texts.Say(Template(texts, language), Values(language, zone));

    /// <summary>What it says in an SMS.</summary>
    public string SmsText(Texts texts, string language, TimeZoneInfo zone) =>
        Notices.SmsText.Fit(Template(texts, language), Values(language, zone));

    /// <summary>What its text is made of, under a name that says the same of every notice alike.</summary>
    public MessageTemplate MadeOf(Texts texts, string language, TimeZoneInfo zone)
    {
        var sort = Facts.Refusal is not null ? "refusal" : Facts.IsAlarm ? "alarm" : Facts.IsTransfer ? "transfer" : "told";
        var to = sort == "told" && texts.IsToldByParty(Kind, What, language) ? $".{Words.Of(Reader)}" : "";
        return new MessageTemplate($"{sort}.{Kind}.{Facts.Refusal ?? What}{to}", language, Values(language, zone));
    }

    private string Template(Texts texts, string language) =>
        Facts.Refusal is { } code ? $"{texts.Move(Kind, What, language)}: {texts.Refusal(code, language, Kind)}"
        : Facts.IsAlarm ? texts.Alarm(What, language)
        : Facts.IsTransfer ? texts.Transfer(Kind, What, language)
        : texts.Told(Kind, What, Reader, language);

    private Dictionary<string, string> Values(string language, TimeZoneInfo zone) => Texts.Values(
        Facts.Listing, Facts.Buyer ?? "", Facts.Seller ?? "", Facts.Amount, Facts.Currency, Facts.Until, zone, language);
}

/// <summary>What the placeholders of a notice's text are filled with.</summary>
/// <param name="As">The party that the reader is in the trade; null in notices of releases that did not store it.</param>
/// <param name="Refusal">The code with which a move was refused after its caller had gone; then the text is the refusal's.</param>
internal sealed record NoticeFacts(
    string Listing, string? Buyer, string? Seller, long Amount, string Currency, DateTimeOffset? Until, bool IsAlarm,
    string? Refusal = null, bool IsTransfer = false, string? As = null);

/// <summary>Who is told of what, by which channel. Pure: the books ask it again.</summary>
internal static class WhoIsTold
{
    /// <summary>
    /// Every move is told to both parties, except to the party whose command made it. That party is told by SMS too (DESIGN §3), and by
    /// every channel when they did not see how the move ended.
    /// </summary>
    public static IEnumerable<Notice> Of(Kind? kind, TradeMoved moved)
    {
        foreach (var (party, person, other) in new[] { (Party.Buyer, moved.Buyer, moved.Seller), (Party.Seller, moved.Seller, moved.Buyer) })
        {
            foreach (var channel in Channels(kind, party).Where(channel => channel == Channel.Sms || moved.Actor != Words.Of(party) || moved.Waited == person.Id))
            {
                yield return Make(
                    moved.Trade, moved.Revision, moved.Do, person.Id, channel, moved.Trade, moved.Listing.Id, moved.Kind, moved.At,
                    new NoticeFacts(
                        moved.Listing.Title, moved.Buyer.Name, moved.Seller.Name, moved.Amount, moved.Currency,
                        moved.Next.Length == 0 ? null : moved.Next.Min(due => due.At), IsAlarm: false, As: Words.Of(party))) with
                { Other = other.Id };
            }
        }
    }

    /// <summary>A refusal tells the one who was answered 202 and has gone; whoever waited for the answer has heard it.</summary>
    /// <remarks>What happens to a bank transfer tells both parties: neither has done it.</remarks>
    public static IEnumerable<Notice> Of(Kind? kind, TradeNoted noted) =>
        noted.Transfer is { } news ? Of(kind, noted, news) :
        noted is { Waited: { } person, Do: { } move, Code: { } code }
            ? [Make(noted.Trade, noted.Revision, move, person, Channel.App, noted.Trade, noted.Listing, noted.Kind, noted.At, new NoticeFacts("", null, null, 0, "", null, IsAlarm: false, code))]
            : [];

    private static IEnumerable<Notice> Of(Kind? kind, TradeNoted noted, TransferNews news) =>
        from told in new[]
        {
            (Party: Party.Buyer, Person: noted.Buyer, Other: noted.Seller),
            (Party: Party.Seller, Person: noted.Seller, Other: noted.Buyer),
        }
        from channel in Channels(kind, told.Party)
        select Make(
            noted.Trade, noted.Revision, news.What, told.Person, channel, noted.Trade, noted.Listing, noted.Kind, noted.At,
            new NoticeFacts(news.Title, news.Buyer, news.Seller, news.Amount, news.Currency, news.Until, IsAlarm: false, IsTransfer: true)) with
        { Other = told.Other };

    /// <summary>What a message of Trading tells people of.</summary>
    public static IReadOnlyList<Notice> Of(Shelf shelf, Message message) => message.Type switch
    {
        TradingMessages.Moved when message.Read<TradeMoved>() is var moved => [.. Of(shelf.Find(moved.Kind), moved)],
        TradingMessages.Noted when message.Read<TradeNoted>() is var noted => [.. Of(shelf.Find(noted.Kind), noted)],
        _ => [],
    };

    /// <summary>An alarm tells the seller, by every channel of his.</summary>
    public static IEnumerable<Notice> Of(Kind? kind, Request alarm, DateTimeOffset now) =>
        Channels(kind, Party.Seller).Select(channel => Make(
            alarm.Stream, alarm.Revision, alarm.Subject ?? alarm.Verb, alarm.Seller, channel, alarm.Stream == alarm.Listing ? null : alarm.Stream, alarm.Listing, alarm.Kind, now,
            new NoticeFacts(alarm.Title ?? "", null, null, alarm.Amount, alarm.Currency, null, IsAlarm: true)));

    /// <summary>A kind that is on the shelf no more still tells people what becomes of their trades.</summary>
    private static ImmutableArray<Channel> Channels(Kind? kind, Party party) => kind is null ? [Channel.App] : kind.Tell.GetValueOrDefault(party, []);

    private static Notice Make(Guid subject, int cause, string what, Guid person, Channel channel, Guid? trade, Guid listing, string kind, DateTimeOffset at, NoticeFacts facts) =>
        new(subject, cause, what, person, Words.Of(channel), Ids.New(), trade, listing, kind, channel == Channel.App ? Notice.WasTold : Notice.Waiting, at, facts);
}
