using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Notices;

/// <summary>
/// POST /api/carrier/reports: a carrier tells what became of a message. It is for the carrier alone, which knows the secret, so the document
/// of the API does not name it; docs/extending/carriers.md does.
/// </summary>
internal static class TakeReport
{
    private const int RetryAfterSeconds = 1;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/carrier/reports", Handle).AllowAnonymous().ExcludeFromDescription();

    private static async Task<IResult> Handle(HttpContext http, CancellationToken ct)
    {
        var carrier = http.RequestServices.GetRequiredService<Settings>().Notices.Carrier;
        if (carrier.Address.Length == 0)
        {
            return TypedResults.NotFound();
        }

        if (!IsFromCarrier(http, carrier))
        {
            return TypedResults.Unauthorized();
        }

        if (await Read(http, ct) is not { } word)
        {
            throw new RefusedException(new Refusal(Refusals.Malformed));
        }

        var taken = Guid.TryParse(word.Key, out var id)
            ? await http.RequestServices.GetRequiredService<CarrierReports>().Take(id, word, ct)
            : CarrierReports.Taken.Unknown;
        switch (taken)
        {
            case CarrierReports.Taken.Yes:
                return TypedResults.NoContent();
            case CarrierReports.Taken.Unknown:
                return TypedResults.NotFound();
            default:
                http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
                return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<CarrierWord?> Read(HttpContext http, CancellationToken ct)
    {
        try
        {
            return await http.Request.ReadFromJsonAsync<CarrierWord>(Carrier.Json, ct) is { Key: not null, State: not null } word ? word : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsFromCarrier(HttpContext http, CarrierSettings carrier) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString())),
        SHA256.HashData(Encoding.UTF8.GetBytes($"Bearer {carrier.Secret}")));
}
