"""What people do with a call, from picking up to the end: each errand is a function of a walk."""

from .walking import KEY


def approve(walk):
    walk.answer().press(walk.right)


def press_wrong(walk):
    walk.answer().press(walk.wrong)


def report(walk):
    walk.answer().press(walk.report_key).keep_silent()


def report_where_no_calls_can_be_stopped(walk):
    walk.answer().press(walk.report_key).wait_for_the_end()


def report_and_stop(walk):
    walk.answer().press(walk.report_key).press("0")


def report_and_press_another(walk):
    walk.answer().press(walk.report_key).press("5")


def keep_silent(walk):
    walk.answer().keep_silent()


def repeat(walk):
    walk.answer().press("*").press("*").press(walk.right)


def star_in_the_code(walk):
    walk.answer().press(walk.right[:3] + "*").press(walk.right)


def wrong_and_right(walk):
    walk.answer().press(walk.wrong).press(walk.right)


def wrong_three_times(walk):
    walk.answer().press(walk.wrong).press(walk.wrong).press(walk.wrong)


def part_of_the_code(walk):
    walk.answer().press(walk.right[:4]).keep_silent()


def hash_alone(walk):
    walk.answer().press("#").press(walk.right)


def hear_code(walk):
    return walk.answer().press(KEY)


def type_code(walk):
    hear_code(walk).type_code(walk.handset.spoken_code).wait_for_the_end()


def repeat_and_type(walk):
    hear_code(walk).press("*").type_code(walk.handset.spoken_code).wait_for_the_end()


def hear_and_hang_up_and_type(walk):
    hear_code(walk).hang_up().type_code(walk.handset.spoken_code)


def hear_and_be_silent_and_type(walk):
    hear_code(walk).keep_silent().type_code(walk.handset.spoken_code)


def hear_and_report(walk):
    hear_code(walk).press("0").press("0")


def type_wrong_three_times(walk):
    hear_code(walk)
    wrong = str((int(walk.handset.spoken_code) + 1) % 10**6).zfill(6)
    walk.type_code(wrong).type_code(wrong).type_code(wrong).wait_for_the_end()


def hang_up(walk):
    walk.answer().hang_up()


def hang_up_after_a_star(walk):
    walk.answer().press("*").hang_up()


def cancel(walk):
    walk.answer().visitor.submit("/phone/cancel/")
    walk.wait_for_the_end()


def answer_as_machine(walk):
    walk.answer(**{"as": "machine"})
    # Once it is found out the site takes its time to hang up, and none may pass at the carrier.
    while walk.handset.call["listening"] and "machineDetectionComplete" not in walk.exchanges():
        walk.carrier.advance(1)
    walk.wait_for_the_end()
