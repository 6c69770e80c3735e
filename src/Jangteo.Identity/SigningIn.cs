using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Identity;

/// <summary>Who signs in.</summary>
public sealed record SignIn(string Email, string Password);

/// <summary>Who signs in, in the sandbox: with e-mail and password, or as anybody by name.</summary>
/// <param name="Person">Any name, such as minji; the person is made when there is none. Nothing else is given then.</param>
public sealed record SandboxSignIn(string? Email = null, string? Password = null, string? Person = null);

/// <summary>
/// POST /api/session: a person signs in and gets a token, for programs, and a cookie, for pages. DELETE ends that session; everywhere, all
/// of the person's. A wrong e-mail and a wrong password are one answer, in the same time; after some wrong passwords the next has to wait
/// (<see cref="Guesses"/>).
/// </summary>
internal static class SigningIn
{
    public static void Map(IEndpointRouteBuilder routes, bool isSandbox)
    {
        var post = isSandbox ? routes.MapPost("/api/session", HandleInSandbox) : routes.MapPost("/api/session", Handle);
        post.WithName("signIn").WithSummary("Signs in: a token for programs, and a cookie for pages.").WithTags("people").AllowAnonymous()
            .Produces<SignedIn>()
            .WithDescription("""
                After several wrong passwords the next attempt is refused with too-many-requests and Retry-After, by account and by address.
                Signing in sets the cookie jangteo-device; a client that sends it again is not slowed down by the attempts of others.
                """);
        routes.MapDelete("/api/session", SignOut).WithName("signOut").WithTags("people").AllowAnonymous()
            .WithSummary(
                "Ends the session and drops the cookie. everywhere: ends every session of the person, at once and in every module.");
    }

    private static async Task<NoContent> SignOut(
        HttpContext http, [FromKeyedServices(Modules.Identity)] Storage storage, Sessions sessions, Revocations revocations,
        EndSessions ending, CancellationToken ct,
        bool everywhere = false)
    {
        // On a route that is open to everyone the pipeline goes on without a person when it cannot find out whether the session was ended.
        // Here that would answer as if the session were over, so it is looked up again, and that it cannot be is the answer.
        http.User = await sessions.SignedIn(http.Request, ct) ?? http.User;
        if (everywhere)
        {
            var caller = Caller.Required(http);
            await storage.Do(
                Commands.CauseOf(http),
                async work => EndSessions.Write(work, SeeingOneself.Known(http, await People.Locked(work, caller.Id, ct))), ct);
            await ending.CarryOver(CancellationToken.None);
        }
        else if (Caller.Of(http) is { } caller)
        {
            await revocations.EndSession(caller, ct);
        }

        Sessions.DropCookie(http);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> Handle(
        SignIn request, HttpContext http, UserManager<Person> people, PasswordCheck check, Guesses guesses, KnownDevices devices,
        Sessions sessions, CancellationToken ct)
    {
        if (request.Email.Length > EmailAddress.Longest || PasswordText.Read(request.Password) is not { } password || PasswordText.Length(password) > Fields.LongestPassword)
        {
            throw WrongPassword();
        }

        var account = Person.KeyOf(request.Email);
        var permit = await guesses.TakeForSignIn(account, http.Connection.RemoteIpAddress, devices.Find(http.Request, account), ct);
        var person = await people.FindByNameAsync(request.Email) ?? Person.Nobody(request.Email);
        if (!await check.IsRight(Asker.AddressOf(http), person, password, permit, ct))
        {
            throw WrongPassword();
        }

        RefuseSuspended(person);
        devices.Remember(http, account);
        return Welcome(http, sessions, person);
    }

    private static async Task<IResult> HandleInSandbox(
        SandboxSignIn request, HttpContext http, [FromKeyedServices(Modules.Identity)] Storage storage, UserManager<Person> people,
        PasswordCheck check, Guesses guesses, KnownDevices devices, Sessions sessions, Settings settings, CancellationToken ct)
    {
        if (request is { Email: { } email, Password: { } password, Person: null })
        {
            return await Handle(new SignIn(email, password), http, people, check, guesses, devices, sessions, ct);
        }

        if (request is not { Email: null, Password: null, Person: { } name })
        {
            throw new RefusedException(Refusal.Invalid("person", Wrong.PersonOrEmail));
        }

        if (!settings.SandboxOpen && !LocalCallers.IsLocal(http))
        {
            throw new RefusedException(new Refusal(Refusals.SandboxIsLocal));
        }

        if (TextRules.PersonName.Read(name, out var called) is { } wrong)
        {
            throw Asked.Bad("person", wrong);
        }

        var known = await PeopleOfTheSandbox.Have(storage, Commands.CauseOf(http), called, Problems.Language(http), ct);
        RefuseSuspended(known);
        return Welcome(http, sessions, known);
    }

    /// <summary>Only after the right password, so that a stranger does not learn who is suspended.</summary>
    private static void RefuseSuspended(Person person)
    {
        if (person.SuspendedAt is not null)
        {
            throw new RefusedException(new Refusal(Refusals.Suspended));
        }
    }

    private static Answer Welcome(HttpContext http, Sessions sessions, Person person)
    {
        var (token, caller) = sessions.Begin(person.Caller);
        sessions.SetCookie(http, token, caller);
        return Answer.Ok(new SignedIn(PersonAnswer.Of(person), token));
    }

    private static RefusedException WrongPassword() => new(new Refusal(Refusals.Unauthenticated, Detail.WrongEmailOrPassword));
}
