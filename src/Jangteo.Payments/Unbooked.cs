using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Payments.Providers;
using Jangteo.Platform.Storing;

namespace Jangteo.Payments;

/// <summary>What the bank has seen and could not be booked, as it is kept until an operator has seen to it.</summary>
internal static class Unbooked
{
    public static void Write(Work work, BankDeposit deposit, Exception fault, DateTimeOffset now) =>
        work.Write(
            """
            insert into unbooked (position, deposit, reason, at, unfit) values ($1, $2, $3, $4, $5)
            on conflict (position) do update set reason = excluded.reason, unfit = excluded.unfit
            """,
            deposit.Position, JsonSerializer.Serialize(deposit, Wire.Json), ReasonOf(fault), now, fault is UnfitTransferException);

    public static BankDeposit Read(string deposit) => JsonSerializer.Deserialize<BankDeposit>(deposit, Wire.Json)!;

    public static string ReasonOf(Exception fault) =>
        $"{(fault is UnfitTransferException ? "" : $"{fault.GetType().Name}: ")}{fault.Message.Replace("\0", "", StringComparison.Ordinal)}";
}
