namespace Jangteo.Notices;

/// <summary>What became of an attempt to send something to somebody.</summary>
internal enum Sending
{
    /// <summary>It is with the recipient, now or since an earlier attempt by the same key.</summary>
    Sent,

    /// <summary>It can never be: there is no such number or address.</summary>
    Undeliverable,

    /// <summary>The carrier cannot be reached; the same is tried again later.</summary>
    Down,

    /// <summary>
    /// A provider was asked and has not answered, so that it may have arrived. It is not sent again; operators see it, and the carrier may
    /// find out later.
    /// </summary>
    Unknown,
}

/// <summary>What a text was made of, for carriers that send approved templates only, such as Kakao Alimtalk.</summary>
/// <param name="Name">Such as <c>told.rental.ship</c>: what sort of text, the kind, and the move or event.</param>
/// <param name="Language">Of the text, ISO 639-1.</param>
/// <param name="Values">What its placeholders are filled with.</param>
internal sealed record MessageTemplate(string Name, string Language, IReadOnlyDictionary<string, string> Values);

/// <summary>Whoever carries SMS.</summary>
internal interface ISmsProvider
{
    /// <param name="errand">The key: the same one twice arrives once.</param>
    /// <param name="phone">E.164.</param>
    Task<Sending> Send(Guid errand, string phone, string text, MessageTemplate template, CancellationToken ct);
}

/// <summary>Whoever carries e-mail.</summary>
internal interface IMailer
{
    /// <param name="errand">The key: the same one twice arrives once.</param>
    Task<Sending> Send(Guid errand, string address, string subject, string text, CancellationToken ct);
}

/// <summary>Stands where no carrier was set up: nothing can be delivered, and operators see it.</summary>
internal sealed class NoCarrier : ISmsProvider, IMailer
{
    public Task<Sending> Send(Guid errand, string phone, string text, MessageTemplate template, CancellationToken ct) =>
        Task.FromResult(Sending.Undeliverable);

    public Task<Sending> Send(Guid errand, string address, string subject, string text, CancellationToken ct) => Task.FromResult(Sending.Undeliverable);
}
