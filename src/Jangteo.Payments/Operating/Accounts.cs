using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;

namespace Jangteo.Payments.Operating;

/// <summary>Where operators may send money: to where it came from, or to an account that the person it belongs to gave. Never to one of their own choosing.</summary>
internal static class Accounts
{
    /// <summary>
    /// The account that an operator named, in the spelling of the list of those allowed: a bank may report an account otherwise than people type it. Null
    /// when none is named: the money then goes where it was meant to go.
    /// </summary>
    /// <exception cref="RefusedException"><c>account-not-given</c>: it is none of those allowed.</exception>
    public static string? Choose(string? account, params IEnumerable<string?> allowed) =>
        account is null ? null
        : allowed.FirstOrDefault(one => one is not null && IsSame(one, account)) ?? throw new RefusedException(new Refusal(Refusals.AccountNotGiven));

    /// <summary>Whether both are the same account, once they are read by the rule of the field.</summary>
    public static bool IsSame(string? one, string? other) => Normalized(one) == Normalized(other);

    /// <summary>Refuses <c>not-yours</c> an operator who is a party of the trade.</summary>
    public static void RefuseParty(Payment? payment, Caller caller)
    {
        if (payment?.Buyer == caller.Id || payment?.Seller == caller.Id)
        {
            throw new RefusedException(new Refusal(Refusals.NotYours, Detail.OwnTrade));
        }
    }

    /// <summary>What the rule does not allow, a bank may report nevertheless, and it stays as it is.</summary>
    private static string? Normalized(string? account) => TextRules.Account.ReadOptional(account, out var read) is null ? read : account;
}
