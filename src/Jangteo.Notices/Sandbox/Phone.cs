using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Notices.Sandbox;

/// <summary>The sandbox's phone and mailbox, which keep a book of their own; and their pages, GET /api/sandbox/phone and /api/sandbox/mailbox.</summary>
internal sealed class Phone([FromKeyedServices(Phone.Schema)] Storage book, Faults faults, BusinessClock clock) : ISmsProvider, IMailer
{
    public const string Schema = "phone";

    private const int Most = 100;

    public static Migration Migration
    {
        get
        {
            using var text = new StreamReader(typeof(Phone).Assembly.GetManifestResourceStream("phone.sql")!);
            return new Migration("Jangteo.Notices.Sandbox", 1, "phone", text.ReadToEnd());
        }
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/sandbox").WithTags("sandbox");
        group.MapGet("/phone", async Task<Ok<InBox>> (Phone phone, InSandbox who, string? person, CancellationToken ct) =>
            TypedResults.Ok(await phone.Of(Notice.Sms, (await who.Find(person, ct)).Phone, who, ct))).AllowAnonymous().WithName("sandboxPhone").WithSummary("The SMS on a person's phone, newest first.");
        group.MapGet("/mailbox", async Task<Ok<InBox>> (Phone phone, InSandbox who, string? person, CancellationToken ct) =>
            TypedResults.Ok(await phone.Of(Notice.Email, (await who.Find(person, ct)).Email, who, ct))).AllowAnonymous().WithName("sandboxMailbox").WithSummary("The e-mail in a person's mailbox, newest first.");
    }

    public Task<Sending> Send(Guid errand, string phone, string text, MessageTemplate template, CancellationToken ct) =>
        Keep(errand, Notice.Sms, phone, null, text, ct);

    public Task<Sending> Send(Guid errand, string address, string subject, string text, CancellationToken ct) => Keep(errand, Notice.Email, address, subject, text, ct);

    private async Task<Sending> Keep(Guid errand, string channel, string recipient, string? subject, string text, CancellationToken ct)
    {
        if (channel == Notice.Sms && faults.IsOn(Faults.SmsDown))
        {
            return Sending.Down;
        }

        await book.Query(
            new Sql(
                "insert into messages (errand, channel, recipient, subject, text, at) values ($1, $2, $3, $4, $5, $6) on conflict (errand) do nothing", errand, channel, recipient, subject, text, clock.Now),
            reader => 0, ct);
        return Sending.Sent;
    }

    private async Task<InBox> Of(string channel, string? recipient, InSandbox who, CancellationToken ct)
    {
        if (recipient is null)
        {
            return new InBox(null, []);
        }

        var rows = await book.Query(
            new Sql("select errand, subject, text, at from messages where channel = $1 and recipient = $2 order by number desc limit $3", channel, recipient, Most),
            reader => (Errand: reader.GetGuid(0), Subject: reader.IsDBNull(1) ? null : reader.GetString(1), Text: reader.GetString(2), At: reader.GetFieldValue<DateTimeOffset>(3)), ct);
        var about = await who.About([.. rows.Select(row => row.Errand)], ct);
        return new InBox(recipient, [.. rows.Select(row => new Received(row.Errand, about.GetValueOrDefault(row.Errand).Trade, about.GetValueOrDefault(row.Errand).What ?? "", row.Subject, row.Text, row.At))]);
    }
}

/// <summary>Whom a page of the sandbox is about: by id, or by the name with which he signs in there.</summary>
internal sealed class InSandbox([FromKeyedServices(Kinds.Modules.Notices)] Storage storage)
{
    /// <summary>What errands told of: the carriers do not know, the notices do.</summary>
    public async Task<Dictionary<Guid, (Guid? Trade, string What)>> About(Guid[] errands, CancellationToken ct) =>
        (await storage.Query(
            new Sql("select id, trade, what from notices where id = any($1) and channel <> 'app'", errands), reader => (Id: reader.GetGuid(0), Trade: reader.IsDBNull(1) ? (Guid?)null : reader.GetGuid(1), What: reader.GetString(2)), ct))
        .ToDictionary(row => row.Id, row => (row.Trade, row.What));

    public async Task<Recipient> Find(string? person, CancellationToken ct)
    {
        var named = new TextRule(EmailAddress.Longest)
            .Read(person, out var text) is null ? text : throw new RefusedException(Refusal.Invalid("person", Wrong.Whose));
        return await storage.Find(
            new Sql("select phone, email, language from people where person = $1 or lower(name) = lower($2) or lower(email) = lower($2) order by person = $1 desc, person limit 1", Guid.TryParse(named, out var id) ? id : Guid.Empty, named),
            reader => new Recipient(reader.IsDBNull(0) ? null : reader.GetString(0), reader.GetString(1), reader.GetString(2)), ct) ?? throw new RefusedException(new Refusal(Refusals.NotFound));
    }
}

/// <summary>What is on a phone or in a mailbox, newest first.</summary>
/// <param name="Address">The number or address; null when the person has none.</param>
internal sealed record InBox(string? Address, IReadOnlyList<Received> Items);

/// <param name="What">The move, or what an alarm is about, that it tells of.</param>
internal sealed record Received(Guid Id, Guid? Trade, string What, string? Subject, string Text, DateTimeOffset At);
