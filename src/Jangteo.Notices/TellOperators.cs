using System.Text;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jangteo.Notices;

/// <summary>
/// Sends an e-mail to <c>OperatorEmail</c> when something newly needs an operator in any module. What one look finds is one mail; a thing
/// is told once, and again only when it had been settled in between.
/// </summary>
internal sealed class TellOperators(
    [FromKeyedServices(Modules.Notices)] Storage storage, IServiceProvider services, IMailer mailer, Settings settings, Shelf shelf,
    TimeProvider machine, ILogger<TellOperators> log)
{
    private const int MostLines = 30;
    private const int Batch = 20;

    /// <summary>Below the 2,000 characters that a carrier takes (docs/extending/carriers.md), with room for the end.</summary>
    private const int MostCharacters = 1_900;

    /// <summary>All of it is on the page of operators.</summary>
    private const int MostOfDetail = 300;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);

    private readonly CarrierTurns turns = new(machine);

    public Loop Loop => new("notices' mail to operators", new Bell(), async ct => await Look(ct) ? TimeSpan.Zero : LookEvery, log);

    /// <summary>Looks once: writes a mail of what is new, and sends the mails that wait.</summary>
    /// <returns>Whether there are more to send.</returns>
    internal async Task<bool> Look(CancellationToken ct)
    {
        if (settings.OperatorEmail.Length > 0)
        {
            var (items, answered) = await Gather(ct);
            await storage.Do(Cause.New(), work => Write(work, items, answered, ct), ct);
        }

        // Also when the setting was emptied since: each mail has its address.
        return await SendWaiting(ct);
    }

    private async Task<(List<NeedsAttention> Items, List<string> Answered)> Gather(CancellationToken ct)
    {
        // A module that cannot be asked now is asked again at the next look; what was told of it stays told.
        var lists = await Task.WhenAll(Modules.All
            .Select(module => (Module: module, List: services.GetKeyedService<INeedAttention>(module)))
            .Where(one => one.List is not null)
            .Select(async one => (one.Module, Items: await AttentionLists.TryAsk(one.List!.Attention, ct))));
        var answered = lists.Where(one => one.Items is not null).ToList();
        return ([.. answered.SelectMany(one => one.Items!)], [.. answered.Select(one => one.Module)]);
    }

    /// <summary>Keyed by what needs attention: of two processes that look at once, one adds a row and tells of it.</summary>
    private async Task Write(Work work, List<NeedsAttention> items, List<string> answered, CancellationToken ct)
    {
        var mail = Ids.New();
        var (modules, whats, subjects) = (items.Select(item => item.Module).ToArray(), items.Select(item => item.What).ToArray(), items.Select(item => item.Subject).ToArray());
        var added = new HashSet<(string, string, string)>();
        await work.Read(
            ct,
            (new Sql(
                """
                delete from attention_told
                where module = any($4) and (module, what, subject) not in (select * from unnest($1::text[], $2::text[], $3::text[]))
                returning module
                """,
                modules, whats, subjects, answered.ToArray()),
            _ => { }
        ),
            (new Sql(
                """
                insert into attention_told (module, what, subject, mail)
                select module, what, subject, $4 from unnest($1::text[], $2::text[], $3::text[]) as item (module, what, subject)
                order by 1, 2, 3
                on conflict do nothing
                returning module, what, subject
                """,
                modules, whats, subjects, mail),
            row => added.Add((row.GetString(0), row.GetString(1), row.GetString(2)))));
        var news = items.Where(item => added.Contains((item.Module, item.What, item.Subject))).ToList();
        if (news.Count > 0)
        {
            var (subject, text) = Compose(news, shelf.Texts, settings.Language);
            work.Write(
                "insert into operator_mails (id, at, address, subject, text, status) values ($1, $2, $3, $4, $5, 'waiting')", mail,
                work.Now, settings.OperatorEmail, subject, text);
        }
    }

    private async Task<bool> SendWaiting(CancellationToken ct)
    {
        turns.Begin();
        var waiting = await storage.Query(
            new Sql(
                """
                select id, address, subject, text from operator_mails
                left join unnest($1::uuid[]) with ordinality as held (mail, turn) on held.mail = id
                where status = 'waiting' order by held.turn nulls first, id limit $2
                """,
                turns.Held, Batch),
            row => (Id: row.GetGuid(0), Address: row.GetString(1), Subject: row.GetString(2), Text: row.GetString(3)), ct);
        foreach (var (id, address, subject, text) in waiting)
        {
            if (turns.IsOver)
            {
                break;
            }

            var sending = await TrySend(id, address, subject, text, ct);
            if (sending == Sending.Down)
            {
                turns.NotTaken(id);
                continue;
            }

            turns.Taken(id);
            if (sending != Sending.Sent)
            {
                log.LogWarning("A mail to {Address} about what needs an operator was not delivered, or is not known to be: {Subject}", address, subject);
            }

            await storage.Do(Cause.New(), work =>
            {
                work.Changed([id]);
                work.Write("update operator_mails set status = $2 where id = $1", id, sending == Sending.Sent ? "sent" : "undeliverable");
                return Task.CompletedTask;
            }, ct);
        }

        return turns.End(waiting.Select(mail => mail.Id), areAll: waiting.Count < Batch, LookEvery) == TimeSpan.Zero;
    }

    /// <summary>The carrier knows the mail by its id, so that one that is sent again arrives once.</summary>
    private async Task<Sending> TrySend(Guid id, string address, string subject, string text, CancellationToken ct)
    {
        try
        {
            return await mailer.Send(id, address, subject, text, ct);
        }
        catch (Exception fault) when (PassingFault.Is(fault) && !ct.IsCancellationRequested)
        {
            log.LogWarning("A mail to {Address} about what needs an operator could not be sent yet: {Fault}", address, fault.Message);
            return Sending.Down;
        }
    }

    /// <summary>The subject and text of a mail about things that newly need an operator.</summary>
    internal static (string Subject, string Text) Compose(IReadOnlyList<NeedsAttention> news, Texts texts, string language)
    {
        var text = new StringBuilder();
        var told = 0;
        foreach (var line in news.Take(MostLines).Select(Line))
        {
            if (text.Length + line.Length > MostCharacters)
            {
                break;
            }

            text.Append(line).Append('\n');
            told++;
        }

        if (told < news.Count)
        {
            text.Append($"+{news.Count - told}\n");
        }

        return ($"{texts.Attention("subject", language)} ({news.Count})", text.Append("/operating").ToString());

        string Line(NeedsAttention item) =>
            $"{texts.Attention(item.What, language)} ({item.Module}): {string.Concat(item.DetailIn(language).EnumerateRunes().Take(MostOfDetail))}"
            + (item.Trade is { } trade ? $" /operating/trades/{trade}" : "");
    }
}
