using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Notices;

/// <summary>
/// GET /api/notices: the caller's notices, newest first, in the language of the request. POST /api/notices/read: marks them as read, up to
/// the given one or all.
/// </summary>
internal static class ReadNotices
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/notices").WithTags("notices");
        group.MapGet("", List).WithName("listNotices").WithSummary("My notices, and how many of them I have not read.");
        group.MapPost("/read", MarkRead).WithName("readNotices").WithSummary("Marks notices as read, up to the given one or all.")
            .Produces<Unread>();
    }

    private static async Task<Ok<NoticesPage>> List(
        HttpContext http, Shelf shelf, Settings settings, [FromKeyedServices(Modules.Notices)] Storage storage, [AsParameters] Paging part,
        CancellationToken ct)
    {
        var me = Caller.Required(http).Id;
        var language = Problems.Language(http);
        var rows = new List<(Notice Notice, long Number)>();
        var (readUpTo, unread) = (0L, 0);
        await storage.Read(
            ct,
            (new Sql($"select {Post.Columns}, n.number from notices n where n.person = $1 and n.channel = 'app' and ($2::bigint is null or n.number < $2) order by n.number desc limit $3", me, part.After<long>(), part.Most + 1), reader => rows.Add((Post.Read(reader), reader.GetInt64(13)))),
            (new Sql("select number from read_marks where person = $1", me), reader => readUpTo = reader.GetInt64(0)),
            (new Sql(CountUnread, me), reader => unread = reader.GetInt32(0)));
        var page = part.Of(rows, row => row, row => row.Number);
        return TypedResults.Ok(new NoticesPage(
            [.. Collapse(page.Items).Select(one => NoticeView.Of(one.Row.Notice, one.Row.Number <= readUpTo, one.Count, shelf.Texts, language, settings.Zone))], page.Next, unread));
    }

    /// <summary>
    /// What one person did again and again on one listing stands there once, as the newest of it with a count. Up to two of the same stand
    /// each alone.
    /// </summary>
    private static List<((Notice Notice, long Number) Row, int Count)> Collapse(IReadOnlyList<(Notice Notice, long Number)> rows)
    {
        var shown = new List<((Notice Notice, long Number) Row, int Count)>();
        var hidden = new HashSet<long>();
        foreach (var row in rows.Where(row => !hidden.Contains(row.Number)))
        {
            var same = rows.Where(
                one => one.Number <= row.Number && one.Notice.IsLike(row.Notice) && row.Notice.At - one.Notice.At <= Notice.CollapsesWithin)
                .ToList();
            var isCollapsed = same.Count > Notice.SentOfTheSame;
            shown.Add((row, isCollapsed ? same.Count : 1));
            if (isCollapsed)
            {
                hidden.UnionWith(same.Select(one => one.Number));
            }
        }

        return shown;
    }

    private static Task<Answer> MarkRead(ReadUpTo body, HttpContext http, [FromKeyedServices(Modules.Notices)] Commands commands, CancellationToken ct) =>
        commands.Run(http, body, async (work, caller, _) =>
        {
            var number = await work.Find(
                body.UpTo is { } id
                    ? new Sql("select number from notices where person = $1 and channel = 'app' and id = $2", caller.Id, id)
                    : new Sql("select coalesce(max(number), 0) from notices where person = $1 and channel = 'app'", caller.Id),
                reader => reader.GetInt64(0), ct);
            if (number == 0 && body.UpTo is not null)
            {
                throw new RefusedException(new Refusal(Refusals.NotFound));
            }

            // Reading never goes back, so a late or doubled one changes nothing.
            work.Write("insert into read_marks as r (person, number) values ($1, $2) on conflict (person) do update set number = greatest(r.number, excluded.number)", caller.Id, number);
            await work.Flush(ct);
            return new Decided.Now(Answer.Ok(new Unread(await work.Find(new Sql(CountUnread, caller.Id), reader => reader.GetInt32(0), ct))));
        }, ct);

    private const string CountUnread =
        "select count(*)::int from notices where person = $1 and channel = 'app' and number > coalesce((select number from read_marks where person = $1), 0)";
}

/// <param name="UpTo">The newest notice that I have read; all of them when it is left out.</param>
internal sealed record ReadUpTo(Guid? UpTo = null);

internal sealed record Unread(int Count);

internal sealed record NoticesPage(IReadOnlyList<NoticeView> Items, string? Next, int Unread);

/// <summary>A notice for the person it was told to.</summary>
/// <param name="What">The move, or what an alarm is about.</param>
/// <param name="Count">How often it happened: above 1, the same person did the same with the same listing so often within an hour.</param>
internal sealed record NoticeView(
    Guid Id, string Text, string Kind, string What, Guid? Trade, Guid Listing, bool Read, DateTimeOffset At, int Count)
{
    public static NoticeView Of(Notice notice, bool read, int count, Texts texts, string language, TimeZoneInfo zone) =>
        new(notice.Id, notice.Text(texts, language, zone), notice.Kind, notice.What, notice.Trade, notice.Listing, read, notice.At, count);
}
