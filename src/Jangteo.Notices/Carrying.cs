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
}

/// <summary>Whoever carries SMS.</summary>
internal interface ISmsProvider
{
    /// <param name="errand">The key: the same one twice arrives once.</param>
    /// <param name="phone">E.164.</param>
    Task<Sending> Send(Guid errand, string phone, string text, CancellationToken ct);
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
    public Task<Sending> Send(Guid errand, string phone, string text, CancellationToken ct) => Task.FromResult(Sending.Undeliverable);

    public Task<Sending> Send(Guid errand, string address, string subject, string text, CancellationToken ct) => Task.FromResult(Sending.Undeliverable);
}
