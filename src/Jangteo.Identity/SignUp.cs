using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Identity;

/// <summary>Who wants to take part.</summary>
/// <param name="Name">What others see; at most 80 characters.</param>
/// <param name="Email">At most 254 characters.</param>
/// <param name="Password">12 to 128 characters, and none that is commonly used.</param>
/// <param name="Phone">
/// As people write it, such as 010-1234-5678 or +82 10-1234-5678, and kept as E.164; without one an SMS cannot be delivered.
/// </param>
/// <param name="Language">en or ko: the language to be written to; by Accept-Language when not given.</param>
public sealed record SignUp(string Name, string Email, string Password, string? Phone = null, string? Language = null);

/// <summary>POST /api/people: somebody signs up, and is signed in at once. Never as an operator.</summary>
internal static class SigningUp
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/people", Handle).WithName("signUp").WithSummary("Signs up; never as an operator.").WithTags("people").AllowAnonymous()
            .Produces<SignedIn>(StatusCodes.Status201Created);

    private static async Task<IResult> Handle(
        SignUp request, HttpContext http, [FromKeyedServices(Modules.Identity)] Storage storage, PeopleForIdentity store,
        UserManager<Person> people, Passwords passwords, KnownDevices devices,
        Sessions sessions, Settings settings, CancellationToken ct)
    {
        if (Fields.Check(request, PhoneNumber.RegionOf(settings), out var read) is { } refusal)
        {
            throw new RefusedException(refusal);
        }

        var person = new Person(
            Ids.New(), read.Name, read.Email, read.Phone, read.Language ?? Problems.Language(http), IsOperator: false, storage.Clock.Now);
        store.Cause = Commands.CauseOf(http);
        var created = await passwords.InTurn(Asker.AddressOf(http), () => people.CreateAsync(person, read.Password), ct);
        if (!created.Succeeded)
        {
            throw created.Errors.All(error => error.Code == nameof(IdentityErrorDescriber.DuplicateUserName))
                ? new RefusedException(Refusal.Invalid("email", Wrong.SignedUpAlready))
                : new InvalidOperationException($"Identity refuses what Fields let pass: {created}");
        }

        devices.Remember(http, person.EmailKey);
        var (token, caller) = sessions.Begin(person.Caller);
        sessions.SetCookie(http, token, caller);
        return Answer.Created("/api/people/me", new SignedIn(PersonAnswer.Of(person), token));
    }
}
