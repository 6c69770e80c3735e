using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Jangteo.Platform;
using Microsoft.Extensions.Logging;

namespace Jangteo.Notices;

/// <summary>
/// A carrier outside of the program, such as services/courier, by the protocol of docs/extending/carriers.md. The key is the notice's id, so
/// that asking twice sends once.
/// </summary>
internal sealed class Carrier : ISmsProvider, IMailer, IDisposable
{
    /// <summary>Fields that a later version adds are not for us.</summary>
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    // A sender waits for five seconds; a carrier that accepts connections and does nothing must not cost more.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);

    private readonly HttpClient http;
    private readonly ILogger<Carrier> log;

    public Carrier(Settings settings, ILogger<Carrier> log)
        : this(
            settings.Notices.Carrier,
            new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1), PooledConnectionLifetime = TimeSpan.FromMinutes(1) },
            log)
    {
    }

    internal Carrier(CarrierSettings settings, HttpMessageHandler handler, ILogger<Carrier> log)
    {
        this.log = log;
        http = new HttpClient(handler) { Timeout = AnswersWithin };
        if (settings.Address.Length > 0)
        {
            http.BaseAddress = new Uri(settings.Address.TrimEnd('/') + "/");
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", settings.Secret);
        }
    }

    public Task<Sending> Send(Guid errand, string phone, string text, MessageTemplate template, CancellationToken ct) =>
        Send(new CarrierMessage(errand.ToString(), Notice.Sms, phone, text) { Template = template }, ct);

    public Task<Sending> Send(Guid errand, string address, string subject, string text, CancellationToken ct) =>
        Send(new CarrierMessage(errand.ToString(), Notice.Email, address, text) { Subject = subject }, ct);

    /// <summary>What the carrier knows of a message that it was asked to send; null of one that it does not know.</summary>
    public async Task<CarrierWord?> Find(Guid errand, CancellationToken ct)
    {
        using var answer = await http.GetAsync(new Uri($"sends/{errand}", UriKind.Relative), ct);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        answer.EnsureSuccessStatusCode();
        return await Read(answer, ct);
    }

    public void Dispose() => http.Dispose();

    private async Task<Sending> Send(CarrierMessage message, CancellationToken ct)
    {
        using var answer = await http.PostAsJsonAsync(new Uri("send", UriKind.Relative), message, Json, ct);
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK:
                return SendingOf(await Read(answer, ct));
            case HttpStatusCode.Conflict:
                // The person's number or language has changed since an earlier attempt, and the result of that attempt counts. If the carrier
                // no longer knows the key, it did not send the message, so the message can be sent as it is now.
                return await Find(Guid.Parse(message.Key), ct) is { } word ? SendingOf(word) : Sending.Down;
            case HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity:
                log.LogError("The carrier takes no such message: {Key} by {Channel}, {Answer}", message.Key, message.Channel, await answer.Content.ReadAsStringAsync(ct));
                return Sending.Undeliverable;
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                log.LogError("The carrier does not know Notices:Carrier:Secret; messages wait.");
                return Sending.Down;
            default:
                return Sending.Down;
        }
    }

    /// <exception cref="HttpRequestException">
    /// The answer does not follow the protocol, such as the page of a proxy. The next attempt, with the same key, finds out what happened.
    /// </exception>
    private static async Task<CarrierWord> Read(HttpResponseMessage answer, CancellationToken ct)
    {
        try
        {
            return await answer.Content.ReadFromJsonAsync<CarrierWord>(Json, ct) is { State: not null } word
                ? word : throw new JsonException("it has no state");
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            throw new HttpRequestException($"the carrier answered something unreadable: {unreadable.Message}", unreadable);
        }
    }

    private static Sending SendingOf(CarrierWord word) => word.State switch
    {
        CarrierWord.Accepted => Sending.Sent,
        CarrierWord.Refused => Sending.Undeliverable,
        _ => Sending.Unknown,
    };
}

/// <summary>The body of POST /send.</summary>
internal sealed record CarrierMessage(string Key, string Channel, string To, string Text)
{
    /// <summary>Of an e-mail.</summary>
    public string? Subject { get; init; }

    /// <summary>Of an SMS.</summary>
    public MessageTemplate? Template { get; init; }
}

/// <summary>What a carrier knows of a message: its answer to POST /send and GET /sends/{key}, and the body of a report.</summary>
/// <param name="State">accepted, refused or unknown.</param>
/// <param name="Revision">Rises with every change, so that an old report is known.</param>
/// <param name="Code">Why it was refused, failed or is unknown.</param>
/// <param name="Delivery">pending, delivered or failed.</param>
internal sealed record CarrierWord(string Key, string State, int Revision, string? Code, string Delivery)
{
    public const string Accepted = "accepted";
    public const string Refused = "refused";
    public const string Failed = "failed";

    /// <summary>The status of a notice of which this is known.</summary>
    public string Status => State switch
    {
        Accepted => Delivery == Failed ? Notice.Undeliverable : Notice.Sent,
        Refused => Notice.Undeliverable,
        _ => Notice.Unknown,
    };
}
