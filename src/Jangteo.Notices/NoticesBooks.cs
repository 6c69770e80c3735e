using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Notices.Sandbox;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Notices;

/// <summary>GET /api/operator/notices/books: one notice per change, party and channel (I9), and the phone has what was sent (I10).</summary>
internal sealed class NoticesBooks([FromKeyedServices(Modules.Notices)] Storage storage, Shelf shelf, IServiceProvider services)
{
    private const int Batch = 1000;
    private const int Shown = 5;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/notices/books", async Task<Ok<Books>> (HttpContext http, NoticesBooks books, CancellationToken ct) =>
        {
            Caller.Operator(http);
            return TypedResults.Ok(await books.Check(ct));
        }).WithName("noticesBooks").WithSummary("Notices' invariants, counted now.").WithTags("operator");

    internal async Task<Books> Check(CancellationToken ct)
    {
        var checks = new List<BookCheck> { await OnePerChange(ct), await CollapsedOnlyWhatRepeats(ct), await EveryMoveWasTold(services.GetRequiredKeyedService<ILog>(Modules.Trading), ct) };
        if (services.GetRequiredService<Settings>().Sandbox)
        {
            checks.Add(await ThePhoneHasWhatWasSent(ct));
        }

        return Books.Of(checks);
    }

    /// <summary>The key of the table says so too; this asks the rows.</summary>
    private async Task<BookCheck> OnePerChange(CancellationToken ct)
    {
        var twice = await storage.Query(
            new Sql("select subject, cause, what, person, channel from notices group by 1, 2, 3, 4, 5 having count(*) > 1 limit $1", Shown),
            reader => $"{reader.GetGuid(0)}/{reader.GetInt32(1)} {reader.GetString(2)} to {reader.GetGuid(3)} by {reader.GetString(4)}", ct);
        var count = await storage.Find(new Sql("select count(*) from notices"), reader => reader.GetInt64(0), ct);
        return Check("I9 once per change, party and channel", twice, $"{count} notices");
    }

    /// <summary>A notice that was not sent because it repeats others is there all the same, and those others were sent.</summary>
    private async Task<BookCheck> CollapsedOnlyWhatRepeats(CancellationToken ct)
    {
        var wrong = await storage.Query(
            new Sql(
                """
                select c.id::text from notices c
                where c.status = 'collapsed' and c.channel <> 'app' and (
                    select count(*) from notices s
                    where s.person = c.person and s.listing = c.listing and s.what = c.what and s.channel = c.channel and s.channel <> 'app' and s.other = c.other
                        and s.status = 'sent' and s.at between c.at - $1::interval and c.at) < $2
                limit $3
                """,
                Notice.CollapsesWithin, Notice.SentOfTheSame, Shown),
            reader => reader.GetString(0), ct);
        var count = await storage.Find(new Sql("select count(*) from notices where status = 'collapsed' and channel <> 'app'"), reader => reader.GetInt64(0), ct);
        return Check("I9 collapsed only what repeats", wrong, $"{count} collapsed");
    }

    /// <summary>For each move in Trading's log, exactly those were told whom the table names, as far as the log has been heard.</summary>
    private async Task<BookCheck> EveryMoveWasTold(ILog trading, CancellationToken ct)
    {
        var heard = await Inbox.Places(storage, "true", ct);
        var set = (await storage.Query(new Sql("select stream from aside where sender = $1", Modules.Trading), reader => reader.GetGuid(0), ct)).ToHashSet();
        var wrong = new List<string>();
        var (position, moves) = (0L, 0);
        while (wrong.Count < Shown && await trading.Read(position, Batch, ct) is { Count: > 0 } rows)
        {
            position = rows[^1].Position;
            var told = rows.Where(row => row.SeqFor(Modules.Notices) <= heard.GetValueOrDefault((Modules.Trading, row.Stream)) && !set.Contains(row.Stream))
                .Select(row => WhatCanBeRead(() => JsonSerializer.Deserialize<Message>(row.Text, Wire.Json))).OfType<Message>().ToList();
            moves += told.Count(message => message.Type == TradingMessages.Moved);
            var expected = told.SelectMany(message => WhatCanBeRead(() => WhoIsTold.Of(shelf, message)) ?? []).Select(KeyOf).ToHashSet();
            var changes = told.Select(message => WhatCanBeRead(() => ChangeOf(message))).OfType<(Guid Trade, int Revision, string Do)>().ToList();
            var found = (await storage.Query(
                new Sql(
                    $"select {Post.Columns} from unnest($1::uuid[], $2::int[], $3::text[]) as moved (subject, cause, what) join notices n on n.subject = moved.subject and n.cause = moved.cause and n.what = moved.what",
                    changes.Select(change => change.Trade).ToArray(), changes.Select(change => change.Revision).ToArray(), changes.Select(change => change.Do).ToArray()), Post.Read, ct)).Select(KeyOf).ToHashSet();
            wrong.AddRange(expected.Except(found).Select(key => $"never told: {key}"));
            wrong.AddRange(found.Except(expected).Select(key => $"told for no reason: {key}"));
        }

        return Check("I9 every move told", wrong, $"{moves} moves");
    }

    private async Task<BookCheck> ThePhoneHasWhatWasSent(CancellationToken ct)
    {
        var book = services.GetRequiredKeyedService<Storage>(Phone.Schema);
        var sent = (await storage.Query(new Sql("select id, status from notices where channel <> 'app'"), reader => (Id: reader.GetGuid(0), Status: reader.GetString(1)), ct)).ToDictionary(row => row.Id, row => row.Status);
        foreach (var (mail, status) in await storage.Query(new Sql("select id, status from operator_mails"), reader => (reader.GetGuid(0), reader.GetString(1)), ct))
        {
            sent[mail] = status;
        }

        var arrived = (await book.Query(new Sql("select errand from messages"), reader => reader.GetGuid(0), ct)).ToHashSet();
        // What waits may have arrived a moment ago: its record follows.
        var wrong = sent.Where(pair => pair.Value == Notice.Sent && !arrived.Contains(pair.Key)).Select(pair => $"sent, but never arrived: {pair.Key}")
            .Concat(arrived.Where(errand => sent.GetValueOrDefault(errand) is null or Notice.Undeliverable).Select(errand => $"arrived, but never sent: {errand}"))
            .Take(Shown).ToList();
        return Check("I10 phone and mailbox", wrong, $"{arrived.Count} arrived, {sent.Values.Count(status => status == Notice.Waiting)} waiting, {sent.Values.Count(status => status == Notice.Undeliverable)} undeliverable");
    }

    /// <summary>What cannot be read now could not be heard then: it is parked, or an operator has let it go.</summary>
    private static T? WhatCanBeRead<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    private static (Guid Trade, int Revision, string Do)? ChangeOf(Message message) => message.Type switch
    {
        TradingMessages.Moved when message.Read<TradeMoved>() is var moved => (moved.Trade, moved.Revision, moved.Do),
        TradingMessages.Noted when message.Read<TradeNoted>() is { Transfer: { } news } noted => (noted.Trade, noted.Revision, news.What),
        TradingMessages.Noted when message.Read<TradeNoted>() is { Do: { } move } noted => (noted.Trade, noted.Revision, move),
        _ => null,
    };

    private static string KeyOf(Notice notice) => $"{notice.Subject}/{notice.Cause} {notice.What} to {notice.Person} by {notice.Channel}";

    private static BookCheck Check(string name, List<string> wrong, string counted) => new(name, wrong.Count == 0, wrong.Count == 0 ? counted : string.Join("; ", wrong.Take(Shown)));
}
