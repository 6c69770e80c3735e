using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Identity;

/// <summary>What a person changes about themselves. What is not given, or null, stays as it is.</summary>
/// <param name="Name">What others see; at most 80 characters.</param>
/// <param name="Phone">As people write it, and kept as E.164; empty takes the number away.</param>
/// <param name="Language">en or ko.</param>
public sealed record ChangeMe(string? Name = null, string? Phone = null, string? Language = null);

/// <summary>GET and PATCH /api/people/me: a person sees and changes themselves.</summary>
internal static class SeeingOneself
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/people/me", See).WithName("readMe").WithSummary("Who is signed in.").WithTags("people").Produces<PersonAnswer>();
        routes.MapPatch("/api/people/me", Change).WithName("changeMe").WithSummary("Changes what is given; an empty phone takes the number away.").WithTags("people").Produces<PersonAnswer>();
    }

    private static async Task<IResult> See(HttpContext http, [FromKeyedServices(Modules.Identity)] Storage storage, CancellationToken ct)
    {
        var caller = Caller.Required(http);
        var person = await storage.Find(new Sql($"select {Person.Columns} from people where id = $1", caller.Id), Person.Read, ct);
        return Answer.Ok(PersonAnswer.Of(Known(http, person)));
    }

    private static async Task<IResult> Change(
        ChangeMe request, HttpContext http, [FromKeyedServices(Modules.Identity)] Storage storage, Sessions sessions, Settings settings,
        CancellationToken ct)
    {
        var caller = Caller.Required(http);
        if (Fields.Check(request, PhoneNumber.RegionOf(settings), out var read) is { } refusal)
        {
            throw new RefusedException(refusal);
        }

        var changed = await storage.Do(Commands.CauseOf(http), async work =>
        {
            var before = Known(http, await People.Locked(work, caller.Id, ct));
            var after = before with
            {
                Name = read.Name ?? before.Name,
                Phone = read.Phone is "" ? null : read.Phone ?? before.Phone,
                Language = read.Language ?? before.Language,
            };
            if (after != before)
            {
                People.Change(work, after);
            }

            return after;
        }, ct);

        // Name and language stand in the token; a page gets a new one at once, a program when it next signs in.
        if ((changed.Name != caller.Name || changed.Language != caller.Language) && http.Request.Cookies.ContainsKey(Sessions.Cookie))
        {
            var renamed = caller with { Name = changed.Name, Language = changed.Language };
            sessions.SetCookie(http, sessions.Issue(renamed), renamed);
        }

        return Answer.Ok(PersonAnswer.Of(changed));
    }

    /// <summary>
    /// The person of a token. It may outlive the installation it was made by, whose people are not in this database; and its session may
    /// just have ended.
    /// </summary>
    public static Person Known(HttpContext http, Person? person) =>
        person is not null && person.SessionVersion == Caller.Required(http)
            .Version ? person : throw new RefusedException(new Refusal(Refusals.Unauthenticated));
}
