using System.Security.Claims;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Features;

namespace Jangteo.Http;

/// <summary>
/// What every request passes on its way in and out: a correlation id, the person it is from, its body, the limits; and whatever goes wrong
/// is answered as a problem document. One middleware, because together they cost a few microseconds and their order is the point: a request
/// takes a place among those that are answered when it is whole and it is known whom it counts for, and not before.
/// </summary>
internal sealed class Door(
    Sessions sessions, Limits limits, RequestBodies bodies, Admission admission, Pages pages, Problems problems, ILogger<Door> log)
{
    private const string Correlation = "X-Correlation-Id";

    private static readonly TimeSpan BackIn = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RoomAgainIn = TimeSpan.FromSeconds(10);

    public async Task Pass(HttpContext http, RequestDelegate next)
    {
        Mark(http);
        try
        {
            admission.Check(http);
            RefuseWhatIsTooLarge(http);
            if (!http.Request.Path.StartsWithSegments("/api"))
            {
                // A handler may give up in the middle of the body. It then gives up a reader of its own, and the connection goes on with
                // the next request.
                http.Request.Body = new BufferedStream(http.Request.Body);
                await Answer(http, next);
                return;
            }

            JsonCharset.Check(http.Request);
            await SignIn(http);
            var asker = Asker.Of(http);
            limits.Count(asker);
            RefuseStrangers(http, asker);
            if (http.Request.QueryString.HasValue && http.Request.QueryString.Value!.Contains("%00", StringComparison.Ordinal))
            {
                throw new RefusedException(Malformed.Query(Detail.NulInQuery));
            }

            // What is no route of ours, such as the one for a type that the route does not take, reads nothing.
            using var body = http.GetEndpoint() is RouteEndpoint ? await bodies.Read(http, asker) : null;
            using var place = await limits.Enter(http, asker);
            await Answer(http, next);
        }
        catch (RefusedException refused) when (!http.Response.HasStarted)
        {
            await Refuse(http, refused.Refusal, refused.Kind);
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            await Refuse(http, Malformed.Of(bad));
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception passing) when (PassingFault.Is(passing) && !http.Response.HasStarted)
        {
            // What we stand on is in trouble, and not the request. Whether a command was done before, its Idempotency-Key finds out.
            log.LogWarning(passing, "{Method} {Path} was refused for now.", http.Request.Method, http.Request.Path);
            await Refuse(http, new Refusal(Refusals.Unavailable, RetryAfter: PassingFault.IsDiskFull(passing) ? RoomAgainIn : BackIn));
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            log.LogError(fault, "{Method} {Path} failed.", http.Request.Method, http.Request.Path);
            await Refuse(http, new Refusal(Refusals.Internal));
        }
    }

    private async Task Answer(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (!http.Response.HasStarted && http.Response.StatusCode >= 400 && http.Response.ContentType is null && http.Response.ContentLength is null)
        {
            await (http.Response.StatusCode == StatusCodes.Status404NotFound && Pages.IsAskedFor(http.Request) ? pages.NotFound(http) : Refuse(http, Malformed.OfStatus(http)));
        }
    }

    /// <summary>Everything that follows from a request carries its correlation id, whoever made it up; and answers are not to be guessed at by browsers.</summary>
    private static void Mark(HttpContext http)
    {
        var given = http.Request.Headers[Correlation].ToString();
        if (!Guid.TryParseExact(given, "D", out var id))
        {
            given = Ids.New().ToString();
            http.Request.Headers[Correlation] = given;
        }

        var headers = http.Response.Headers;
        headers[Correlation] = given;
        headers.XContentTypeOptions = "nosniff";
        if (http.Request.Path.StartsWithSegments("/api"))
        {
            headers.CacheControl = "no-store";
        }
    }

    /// <summary>
    /// Refuses a body that is too large before reading it. What the client sends nevertheless is read and discarded for a while: a client
    /// that is still writing when the connection is closed cannot read the refusal.
    /// </summary>
    private static void RefuseWhatIsTooLarge(HttpContext http)
    {
        if (http.Request.ContentLength > Edge.LargestBodyOf(http.GetEndpoint()))
        {
            http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;

            // What is no route of ours, such as the one for a type that the route does not take, has its own answer and reads nothing.
            if (http.GetEndpoint() is RouteEndpoint)
            {
                throw new RefusedException(new Refusal(Refusals.TooLarge));
            }
        }
    }

    private async ValueTask SignIn(HttpContext http)
    {
        if (http.GetEndpoint() is { } endpoint && await Person(http, endpoint) is { } person)
        {
            http.User = person;
        }
    }

    private async ValueTask<ClaimsPrincipal?> Person(HttpContext http, Endpoint endpoint)
    {
        try
        {
            return await sessions.SignedIn(http.Request, http.RequestAborted);
        }
        catch (RefusedException) when (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            // Whether the session was ended cannot be found out now, and makes no difference here.
            return null;
        }
    }

    /// <summary>Before the body is read: a route that is for people who are signed in reads nothing of anybody else.</summary>
    private static void RefuseStrangers(HttpContext http, Asker asker)
    {
        if (!asker.IsSignedIn && http.GetEndpoint() is RouteEndpoint { Metadata: var said } && said.GetMetadata<IAllowAnonymous>() is null && said.GetMetadata<SignInOptional>() is null)
        {
            throw new RefusedException(new Refusal(Refusals.Unauthenticated));
        }
    }

    private async Task Refuse(HttpContext http, Refusal refusal, string? kind = null)
    {
        var (correlation, allow, connection) =
            (http.Response.Headers[Correlation], http.Response.Headers.Allow, http.Response.Headers.Connection);
        http.Response.Clear();
        http.Response.Headers[Correlation] = correlation;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        if (connection.Count > 0)
        {
            http.Response.Headers.Connection = connection;
        }

        if (allow.Count > 0)
        {
            http.Response.Headers.Allow = allow;
        }

        await problems.Answer(refusal, http, kind).ExecuteAsync(http);
    }
}
