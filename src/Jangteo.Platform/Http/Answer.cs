using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Http;

/// <summary>What is answered to a command, whole, so that the same can be said again under the same Idempotency-Key.</summary>
/// <param name="Json">The body as it goes out; null for none.</param>
/// <param name="Token">How far the views must have come to show what was done. Not said again under the same key: by then they have.</param>
public sealed record Answer(int Status, string? Json, string? Location = null, TimeSpan? RetryAfter = null, string? Token = null) : IResult
{
    public static Answer Ok(object body) => new(200, JsonSerializer.Serialize(body, body.GetType(), HttpJson.Options), Token: TokenOf(body));

    public static Answer Created(string location, object body) => new(201, JsonSerializer.Serialize(body, body.GetType(), HttpJson.Options), location, Token: TokenOf(body));

    public static Answer Accepted(object body) => new(202, JsonSerializer.Serialize(body, body.GetType(), HttpJson.Options));

    public static readonly Answer NoContent = new(204, null);

    /// <summary>Whether it is kept for its key: what was decided is, what was only out of reach is not.</summary>
    public bool IsKept => Status is (>= 200 and < 300) or 409 or 422;

    private static string? TokenOf(object body) => (body as IViewed)?.Token;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        if (Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (Token is not null)
        {
            response.Headers["Jangteo-Token"] = Token;
        }

        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (Json is not null)
        {
            response.ContentType = Status >= 400 ? Problems.ContentType : "application/json; charset=utf-8";
            response.ContentLength = Encoding.UTF8.GetByteCount(Json);
            Encoding.UTF8.GetBytes(Json, response.BodyWriter);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}
