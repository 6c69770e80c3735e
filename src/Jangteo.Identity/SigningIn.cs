using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
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
/// POST /api/session: a person signs in and gets a token, for programs, and a cookie, for pages. DELETE drops the cookie; everywhere, Identity knows no earlier token after it.
/// A wrong e-mail and a wrong password are one answer, in the same time; after five wrong passwords an e-mail is locked for a while.
/// </summary>
internal static class SigningIn
{
    public const int MostFailures = 5;

    public static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(5);

    public static void Map(IEndpointRouteBuilder routes, bool isSandbox)
    {
        var post = isSandbox ? routes.MapPost("/api/session", HandleInSandbox) : routes.MapPost("/api/session", Handle);
        post.WithName("signIn").WithSummary("Signs in: a token for programs, and a cookie for pages.").WithTags("people").AllowAnonymous().Produces<SignedIn>();
        routes.MapDelete("/api/session", SignOut).WithName("signOut").WithTags("people").AllowAnonymous()
            .WithSummary("Drops the cookie. everywhere: nobody sees or changes the person by an earlier token any more; other routes take it until its seven days are over.");
    }

    private static async Task<NoContent> SignOut(HttpContext http, UserManager<Person> people, Sessions sessions, bool everywhere = false)
    {
        if (everywhere)
        {
            // Nobody needs to be signed in to drop a cookie, so the door has not looked who it is.
            http.User = sessions.Read(http.Request) ?? http.User;
            var person = SeeingOneself.Known(http, await people.FindByIdAsync(Caller.Required(http).Id.ToString()));

            // Whether this change of the stamp counts or another that was made meanwhile, the tokens are taken back.
            await people.UpdateSecurityStampAsync(person);
        }

        Sessions.DropCookie(http);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> Handle(
        SignIn request, HttpContext http, UserManager<Person> people, Passwords passwords, Sessions sessions, TimeProvider machine, CancellationToken ct)
    {
        if (request.Email.Length > Fields.LongestEmail || request.Password.Length > Fields.LongestPassword)
        {
            throw WrongPassword();
        }

        var person = await people.FindByNameAsync(request.Email) ?? Person.Nobody(request.Email);
        var lockedUntil = await people.GetLockoutEndDateAsync(person);
        if (lockedUntil > machine.GetUtcNow())
        {
            throw new RefusedException(new Refusal(Refusals.TooManyRequests, RetryAfter: lockedUntil - machine.GetUtcNow()));
        }

        var isRight = await passwords.InTurn(Asker.AddressOf(http), () => people.CheckPasswordAsync(person, request.Password), ct);
        await (isRight ? people.ResetAccessFailedCountAsync(person) : people.AccessFailedAsync(person));
        return isRight ? Welcome(http, sessions, person) : throw WrongPassword();
    }

    private static async Task<IResult> HandleInSandbox(
        SandboxSignIn request, HttpContext http, [FromKeyedServices(Modules.Identity)] Storage storage, UserManager<Person> people, Passwords passwords, Sessions sessions, TimeProvider machine, CancellationToken ct)
    {
        if (request is { Email: { } email, Password: { } password, Person: null })
        {
            return await Handle(new SignIn(email, password), http, people, passwords, sessions, machine, ct);
        }

        if (request is not { Email: null, Password: null, Person: { } name })
        {
            throw new RefusedException(Refusal.Invalid("person", Wrong.PersonOrEmail));
        }

        if (!Fields.IsName(name))
        {
            throw new RefusedException(Refusal.Invalid("person", Wrong.OneLine(Fields.LongestName)));
        }

        return Welcome(http, sessions, await PeopleOfTheSandbox.Have(storage, Commands.CauseOf(http), name.Trim(), Problems.Language(http), ct));
    }

    private static Answer Welcome(HttpContext http, Sessions sessions, Person person)
    {
        var token = sessions.Issue(person.Caller);
        Sessions.SetCookie(http, token);
        return Answer.Ok(new SignedIn(PersonAnswer.Of(person), token));
    }

    private static RefusedException WrongPassword() => new(new Refusal(Refusals.Unauthenticated, "The e-mail or the password is wrong."));
}
